//! What stands between `{{` and `}}`, or behind `if`: fields, literals, `or`, `and`, `not`, comparisons, filters.
//!
//! No calls, no subscripts, no arithmetic: what is not named here cannot be said. Names are not bound here.

use crate::lang::text::cursor::{Cursor, Token, TokenKind};
use crate::lang::text::template::TemplateFault;
use std::ops::Range;

/// Parentheses, `not`s and filter arguments inside each other; more is refused.
const DEPTH_MAX: usize = 32;

/// An expression and its bytes in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    pub kind: ExpressionKind,
    pub at: Range<usize>,
}

/// What an expression says.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpressionKind {
    /// `company`, `sender.first_name`
    Path(String),
    Text(String),
    /// As written.
    Number(String),
    Bool(bool),
    Or(Box<Expression>, Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Not(Box<Expression>),
    Compare {
        left: Box<Expression>,
        op: CompareOp,
        right: Box<Expression>,
    },
    IsDefined {
        inner: Box<Expression>,
        negated: bool,
    },
    Filter {
        input: Box<Expression>,
        filter: Filter,
        arguments: Vec<Expression>,
    },
}

/// A comparison of templates; conditions of campaigns have words of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareOp {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl CompareOp {
    /// As written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// The comparison of that sign.
    pub fn from_sign(sign: &str) -> Option<Self> {
        [Self::Equal, Self::NotEqual, Self::Less, Self::LessOrEqual, Self::Greater, Self::GreaterOrEqual]
            .into_iter()
            .find(|op| op.sign() == sign)
    }
}

/// The closed list of filters (LANGUAGE.md §11): pure, total, and nothing for a missing value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    Title,
    Upper,
    Lower,
    Capitalize,
    Trim,
    Truncate,
    Default,
    Replace,
    FirstWord,
}

impl Filter {
    /// All filters, in the order documents list them.
    pub const ALL: [Self; 9] = [
        Self::Title,
        Self::Upper,
        Self::Lower,
        Self::Capitalize,
        Self::Trim,
        Self::Truncate,
        Self::Default,
        Self::Replace,
        Self::FirstWord,
    ];

    /// As written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Upper => "upper",
            Self::Lower => "lower",
            Self::Capitalize => "capitalize",
            Self::Trim => "trim",
            Self::Truncate => "truncate",
            Self::Default => "default",
            Self::Replace => "replace",
            Self::FirstWord => "first_word",
        }
    }

    /// How many arguments it takes.
    fn arity(self) -> usize {
        match self {
            Self::Title | Self::Upper | Self::Lower | Self::Capitalize | Self::Trim | Self::FirstWord => 0,
            Self::Truncate | Self::Default => 1,
            Self::Replace => 2,
        }
    }

    /// How it is used, for help lines.
    fn usage(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Upper => "upper",
            Self::Lower => "lower",
            Self::Capitalize => "capitalize",
            Self::Trim => "trim",
            Self::Truncate => "truncate(40)",
            Self::Default => "default(\"there\")",
            Self::Replace => "replace(\"old\", \"new\")",
            Self::FirstWord => "first_word",
        }
    }
}

/// Reads one whole expression from the bytes `within` of a text.
pub fn parse_expression(text: &str, within: Range<usize>) -> Result<Expression, TemplateFault> {
    let mut cursor = Cursor::new(text, within)?;
    let expression = or_expression(&mut cursor, 0)?;
    match cursor.next() {
        None => Ok(expression),
        Some(token) => Err(unexpected(&token)),
    }
}

fn or_expression(cursor: &mut Cursor, depth: usize) -> Result<Expression, TemplateFault> {
    if depth > DEPTH_MAX {
        return Err(TemplateFault::template(cursor.rest(), "an expression too deep", "write it flatter, with less parentheses"));
    }
    let mut left = and_expression(cursor, depth)?;
    while cursor.take_word("or") {
        let right = and_expression(cursor, depth)?;
        left = join(left, right, ExpressionKind::Or);
    }
    Ok(left)
}

fn and_expression(cursor: &mut Cursor, depth: usize) -> Result<Expression, TemplateFault> {
    let mut left = not_expression(cursor, depth)?;
    while cursor.take_word("and") {
        let right = not_expression(cursor, depth)?;
        left = join(left, right, ExpressionKind::And);
    }
    Ok(left)
}

fn not_expression(cursor: &mut Cursor, depth: usize) -> Result<Expression, TemplateFault> {
    let start = cursor.rest().start;
    let mut negations = 0;
    while cursor.take_word("not") {
        negations += 1;
    }
    let inner = comparison(cursor, depth)?;
    if negations == 0 {
        return Ok(inner);
    }
    let at = start..inner.at.end;
    let inner =
        if negations % 2 == 0 { Expression { kind: ExpressionKind::Not(Box::new(inner)), at: at.clone() } } else { inner };
    Ok(Expression { kind: ExpressionKind::Not(Box::new(inner)), at })
}

fn comparison(cursor: &mut Cursor, depth: usize) -> Result<Expression, TemplateFault> {
    let left = postfix(cursor, depth)?;
    let Some(op) = cursor.peek().and_then(|token| CompareOp::from_sign(token.sign())) else {
        return Ok(left);
    };
    cursor.next();
    let right = postfix(cursor, depth)?;
    let at = left.at.start..right.at.end;
    Ok(Expression { kind: ExpressionKind::Compare { left: Box::new(left), op, right: Box::new(right) }, at })
}

fn postfix(cursor: &mut Cursor, depth: usize) -> Result<Expression, TemplateFault> {
    let mut inner = primary(cursor, depth)?;
    loop {
        if cursor.take_sign("|") {
            inner = filtered(cursor, inner, depth)?;
        } else if cursor.take_word("is") {
            inner = definedness(cursor, inner)?;
        } else {
            return Ok(inner);
        }
    }
}

fn definedness(cursor: &mut Cursor, inner: Expression) -> Result<Expression, TemplateFault> {
    let not = cursor.take_word("not");
    let token = cursor.need("`defined`")?;
    let undefined = match token.word() {
        Some("defined") => false,
        Some("undefined") => true,
        Some(_) | None => {
            let help = "`is defined` and `is not defined` are the only tests; compare with `==`";
            return Err(TemplateFault::template(token.at, "a test that templates do not have", help));
        }
    };
    let at = inner.at.start..token.at.end;
    Ok(Expression { kind: ExpressionKind::IsDefined { inner: Box::new(inner), negated: not != undefined }, at })
}

fn filtered(cursor: &mut Cursor, input: Expression, depth: usize) -> Result<Expression, TemplateFault> {
    let token = cursor.need("a filter")?;
    let word = token.word().unwrap_or_default();
    let Some(filter) = Filter::ALL.into_iter().find(|filter| filter.word() == word) else {
        return Err(unknown_filter(&token));
    };
    let (arguments, end) = if cursor.take_sign("(") { arguments(cursor, depth)? } else { (Vec::new(), token.at.end) };
    if arguments.len() != filter.arity() {
        let message = format!("`{word}` takes {} arguments, not {}", filter.arity(), arguments.len());
        return Err(TemplateFault::template(token.at.start..end, message, format!("write `{}`", filter.usage())));
    }
    if filter == Filter::Truncate && !matches!(arguments.first().map(|first| &first.kind), Some(ExpressionKind::Number(_))) {
        let help = "write the number of characters: `truncate(40)`";
        return Err(TemplateFault::template(token.at.start..end, "`truncate` takes a number", help));
    }
    let at = input.at.start..end;
    Ok(Expression { kind: ExpressionKind::Filter { input: Box::new(input), filter, arguments }, at })
}

fn unknown_filter(token: &Token) -> TemplateFault {
    let word = token.text;
    let near = Filter::ALL.into_iter().map(Filter::word).find(|known| strsim::osa_distance(known, word) <= 2);
    let words = Filter::ALL.map(Filter::word).join(", ");
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the filters are {words}"),
    };
    TemplateFault::template(token.at.clone(), format!("there is no filter `{word}`"), help)
}

fn arguments(cursor: &mut Cursor, depth: usize) -> Result<(Vec<Expression>, usize), TemplateFault> {
    let mut arguments = Vec::new();
    loop {
        if let Some(end) = cursor.take_sign_end(")") {
            return Ok((arguments, end));
        }
        if !arguments.is_empty() && !cursor.take_sign(",") {
            let token = cursor.need("`)`")?;
            return Err(unexpected(&token));
        }
        arguments.push(or_expression(cursor, depth + 1)?);
    }
}

fn primary(cursor: &mut Cursor, depth: usize) -> Result<Expression, TemplateFault> {
    let token = cursor.need("a field or a text")?;
    let kind = match &token.kind {
        TokenKind::Text(value) => ExpressionKind::Text(value.clone()),
        TokenKind::Number => ExpressionKind::Number(token.text.to_owned()),
        TokenKind::Word => return path(cursor, &token),
        TokenKind::Sign if token.text == "(" => {
            let inner = or_expression(cursor, depth + 1)?;
            let Some(end) = cursor.take_sign_end(")") else {
                return Err(TemplateFault::template(token.at, "a parenthesis that is never closed", "close it with `)`"));
            };
            return Ok(Expression { kind: inner.kind, at: token.at.start..end });
        }
        TokenKind::Sign => return Err(unexpected(&token)),
    };
    Ok(Expression { kind, at: token.at })
}

fn path(cursor: &mut Cursor, first: &Token) -> Result<Expression, TemplateFault> {
    let constant = match first.text {
        "true" | "True" => Some(true),
        "false" | "False" => Some(false),
        "or" | "and" | "is" | "in" | "if" | "else" | "none" | "None" => return Err(unexpected(first)),
        _ => None,
    };
    if let Some(value) = constant {
        return Ok(Expression { kind: ExpressionKind::Bool(value), at: first.at.clone() });
    }
    let mut name = first.text.to_owned();
    let mut end = first.at.end;
    while cursor.take_sign(".") {
        let part = cursor.need("a name behind the point")?;
        let Some(word) = part.word() else { return Err(unexpected(&part)) };
        name.push('.');
        name.push_str(word);
        end = part.at.end;
    }
    let at = first.at.start..end;
    match cursor.peek().map(Token::sign) {
        Some("(") => {
            let help = "templates call nothing; use a filter, as in `{{ company | title }}`";
            Err(TemplateFault::template(at, format!("`{name}(…)` is a call"), help))
        }
        Some("[") => Err(TemplateFault::template(
            at,
            format!("`{name}[…]` looks inside a value"),
            "a field is one text; give it a column of its own",
        )),
        Some(_) | None => Ok(Expression { kind: ExpressionKind::Path(name), at }),
    }
}

fn unexpected(token: &Token) -> TemplateFault {
    let help = match token.text {
        "=" => "compare with `==`",
        "&&" => "write `and`",
        "||" => "write `or`",
        "!" => "write `not`",
        "if" => "write `{% if field %}…{% else %}…{% endif %}`",
        _ => "templates know fields, texts, `or`, `and`, `not`, `is defined`, comparisons and filters",
    };
    TemplateFault::template(token.at.clone(), format!("`{}` has no place here", token.text), help)
}

fn join(left: Expression, right: Expression, kind: fn(Box<Expression>, Box<Expression>) -> ExpressionKind) -> Expression {
    let at = left.at.start..right.at.end;
    Expression { kind: kind(Box::new(left), Box::new(right)), at }
}
