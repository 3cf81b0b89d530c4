//! A list as it was read, its cells close together. Of a million people a map each would be most of the memory a start
//! takes, and most of its allocations; so a row costs its text, four bytes a column and some twelve more.

use crate::model::value::Fields;

/// The rows of one list, in its order.
#[derive(Debug, PartialEq, Eq, Default)]
pub struct Sheet {
    /// As diagnostics name it.
    pub file: String,
    /// As its first line has them. What stands under an empty name is in no row.
    pub columns: Vec<String>,
    /// Of each row its number, from 1; row 1 is the header.
    numbers: Vec<u32>,
    /// Of each row where its text begins.
    begins: Vec<usize>,
    /// Of each cell where it ends, from the beginning of its row on.
    ends: Vec<u32>,
    text: String,
}

impl Sheet {
    /// A list without rows.
    pub fn new(file: impl Into<String>, columns: Vec<String>) -> Self {
        Self { file: file.into(), columns, ..Self::default() }
    }

    /// Adds a row: values by column in the columns' order, an empty one where there is none. Those beyond the columns are
    /// left out.
    pub fn push<'v>(&mut self, number: u32, values: impl IntoIterator<Item = &'v str>) {
        let begin = self.text.len();
        let mut values = values.into_iter();
        for _ in &self.columns {
            self.text.push_str(values.next().unwrap_or_default());
            // A row of more than 4 GiB does not pass any reader; were there one, what is beyond would be empty.
            self.ends.push(u32::try_from(self.text.len() - begin).unwrap_or(u32::MAX));
        }
        self.numbers.push(number);
        self.begins.push(begin);
    }

    /// No more rows come: gives back the room that was kept for them.
    pub fn shrink(&mut self) {
        self.numbers.shrink_to_fit();
        self.begins.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.text.shrink_to_fit();
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Has it no row?
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len()).map(|at| Row { sheet: self, at })
    }

    /// The row at that place, from 0.
    pub fn row(&self, at: usize) -> Row<'_> {
        Row { sheet: self, at }
    }

    fn cell(&self, at: usize, column: usize) -> &str {
        let wide = self.columns.len();
        let end_of = |column: usize| self.ends.get(at * wide + column).map_or(0, |end| *end as usize);
        let begin = self.begins.get(at).copied().unwrap_or_default();
        let from = column.checked_sub(1).map_or(0, end_of);
        if column < wide { self.text.get(begin + from..begin + end_of(column)).unwrap_or_default() } else { "" }
    }
}

/// A row of a sheet.
#[derive(Debug, Clone, Copy)]
pub struct Row<'s> {
    sheet: &'s Sheet,
    at: usize,
}

impl<'s> Row<'s> {
    /// As a spreadsheet counts: the header is row 1, a blank line is a row, a line break inside quotes is none.
    pub fn number(&self) -> u32 {
        self.sheet.numbers.get(self.at).copied().unwrap_or_default()
    }

    /// The value in that column; none: it is empty, or there is no such column.
    pub fn get(&self, column: &str) -> Option<&'s str> {
        let column = self.sheet.columns.iter().position(|other| other == column)?;
        Some(self.cell(column)).filter(|value| !value.is_empty())
    }

    /// The filled cells, each with the name of its column.
    pub fn cells(self) -> impl Iterator<Item = (&'s str, &'s str)> {
        let cells = self.sheet.columns.iter().enumerate().map(move |(at, name)| (name.as_str(), self.cell(at)));
        cells.filter(|(name, value)| !name.is_empty() && !value.is_empty())
    }

    /// The filled cells as a contact has them.
    pub fn fields(&self) -> Fields {
        self.cells().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// What stands in the column at that place, from 0.
    pub fn cell(&self, column: usize) -> &'s str {
        self.sheet.cell(self.at, column)
    }
}
