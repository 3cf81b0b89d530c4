//! Files that campaigns name: there, inside the folder, small enough, of a kind that can be sent.

use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::folder::{FileFault, Files, resolve};
use crate::lang::lists::{List, ListFault, identifiers, read_list};
use crate::lang::source::Spanned;
use std::collections::BTreeSet;
use std::path::Path;

/// Largest attachment (LANGUAGE.md §3): 15 MB.
pub const ATTACHMENT_BYTES_MAX: u64 = 15_000_000;
/// Largest list; ten million contacts fit.
pub const LIST_BYTES_MAX: u64 = 2 << 30;
/// Bytes at a file's start that tell its kind.
const MAGIC_BYTES: usize = 16;

/// A campaign file that names others, and where those are read.
#[derive(Clone, Copy)]
pub struct Naming<'a> {
    pub files: &'a dyn Files,
    /// The campaign file, as given on the command line.
    pub source: &'a Path,
}

impl Naming<'_> {
    /// The named file's path relative to the folder, for `Message::attachments` and `ContactRules::lists`.
    pub fn path(&self, named: &Spanned<String>, out: &mut Diagnostics) -> Option<String> {
        let path = resolve(self.files.root(), self.source, &named.value);
        path.map_err(|fault| out.push(told(&fault, named, LIST_BYTES_MAX))).ok()
    }

    /// The whole of a named file.
    pub fn read(&self, named: &Spanned<String>, max: u64, out: &mut Diagnostics) -> Option<Vec<u8>> {
        let path = self.path(named, out)?;
        self.files.read(&path, max).map_err(|fault| out.push(told(&fault, named, max))).ok()
    }

    /// How diagnostics name the file.
    pub fn shown(&self, named: &str) -> String {
        let path = resolve(self.files.root(), self.source, named);
        path.map_or_else(|_| named.to_owned(), |path| crate::lang::folder::display(self.files.root(), &path))
    }
}

/// Checks an attachment; its path relative to the folder, faulty or not, as long as it has one.
pub fn attachment(naming: Naming, named: &Spanned<String>, out: &mut Diagnostics) -> Option<String> {
    let path = naming.path(named, out)?;
    match naming.files.read(&path, ATTACHMENT_BYTES_MAX) {
        Err(fault) => out.push(told(&fault, named, ATTACHMENT_BYTES_MAX)),
        Ok(content) => {
            if let Some((message, help)) = kind_fault(&path, &content) {
                out.push(Diagnostic::new(Code::FileType, named.span, message, help));
            }
        }
    }
    Some(path)
}

/// Reads the lists of a campaign; those that cannot be read are reported and left out.
pub fn lists(naming: Naming, named: &[Spanned<String>], out: &mut Diagnostics) -> Vec<List> {
    let mut lists = Vec::new();
    for name in named {
        let Some(bytes) = naming.read(name, LIST_BYTES_MAX, out) else { continue };
        match read_list(&naming.shown(&name.value), &bytes) {
            Ok(list) => lists.push(list),
            Err(fault) => out.push(list_told(&fault, name)),
        }
    }
    lists
}

/// The people a list names, for `never contact "…"` and `in list "…"`; none where it cannot be read.
pub fn people(naming: Naming, named: &Spanned<String>, out: &mut Diagnostics) -> BTreeSet<String> {
    let Some(bytes) = naming.read(named, LIST_BYTES_MAX, out) else { return BTreeSet::new() };
    identifiers(&naming.shown(&named.value), &bytes).unwrap_or_else(|fault| {
        out.push(list_told(&fault, named));
        BTreeSet::new()
    })
}

/// A file's fault as the author reads it.
pub fn told(fault: &FileFault, named: &Spanned<String>, max: u64) -> Diagnostic {
    let name = &named.value;
    let at = |code, message: String, help: &str| Diagnostic::new(code, named.span, message, help);
    match fault {
        FileFault::Missing => {
            at(Code::FileMissing, format!("there is no file `{name}`"), "paths are relative to the file that names them")
        }
        FileFault::Outside => {
            at(Code::FileOutside, format!("`{name}` leaves the folder"), "copy the file into the folder of the campaigns")
        }
        FileFault::TooLarge { bytes } => {
            let message = format!("`{name}` has {:.1} MB, {:.0} MB are the most", megabytes(*bytes), megabytes(max));
            at(Code::FileTooLarge, message, "make it smaller, or send a link to it")
        }
        FileFault::NotAFile => at(Code::FileType, format!("`{name}` is no plain file"), "name a file, not a folder or a device"),
        FileFault::Unreadable { why } => {
            at(Code::FileMissing, format!("`{name}` cannot be read: {why}"), "look at the permissions of the file")
        }
    }
}

fn list_told(fault: &ListFault, named: &Spanned<String>) -> Diagnostic {
    let (code, help) = match fault {
        ListFault::Empty => (Code::ColumnMissing, "its first line names the columns, as in `first_name,company,linkedin`"),
        ListFault::NotUtf8 => (Code::FileType, "save it as `CSV UTF-8`"),
        ListFault::TwoColumns(_) => (Code::DuplicateName, "rename or take out one of them"),
        ListFault::Unreadable(_) => (Code::FileType, "save it as CSV: values between `,` or `;`, a contact a line"),
    };
    Diagnostic::new(code, named.span, format!("list `{}` cannot be used: {fault}", named.value), help)
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// What is wrong with the kind of a file, and what to do about it.
fn kind_fault(path: &str, content: &[u8]) -> Option<(String, &'static str)> {
    let help = "attach a PDF, an image, a video or audio";
    if content.is_empty() {
        return Some((format!("`{path}` is empty"), help));
    }
    let promised = mime_guess::from_path(path).first_raw().unwrap_or_default();
    let is_allowed =
        promised == "application/pdf" || ["image/", "video/", "audio/"].iter().any(|kind| promised.starts_with(kind));
    if !is_allowed {
        let kind = if promised.is_empty() { "of no kind that is known" } else { promised };
        return Some((format!("`{path}` is {kind}"), help));
    }
    let found = magic(content);
    let fits = match found {
        // Containers hold sound or pictures alike, and many kinds have no mark at all.
        Some(Magic::Container) => !promised.starts_with("application/") && promised != "image/png" && promised != "image/jpeg",
        Some(Magic::Exactly(kind)) => promised == kind,
        Some(Magic::Foreign) => false,
        None => !MARKED.contains(&promised),
    };
    let wrong =
        || (format!("`{path}` is no {promised} inside"), "its content is of another kind than its name says; export it again");
    (!fits).then(wrong)
}

/// Kinds that always begin with their mark.
const MARKED: [&str; 4] = ["application/pdf", "image/png", "image/jpeg", "image/gif"];

enum Magic {
    Exactly(&'static str),
    /// RIFF, ISO media, Matroska, Ogg, MP3.
    Container,
    /// Programs, archives and pages.
    Foreign,
}

fn magic(content: &[u8]) -> Option<Magic> {
    let start = content.get(..MAGIC_BYTES.min(content.len())).unwrap_or_default();
    let begins = |mark: &[u8]| start.starts_with(mark);
    let exact: [(&[u8], &str); 5] = [
        (b"%PDF-", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
    ];
    if let Some((_, kind)) = exact.iter().find(|(mark, _)| begins(mark)) {
        return Some(Magic::Exactly(kind));
    }
    let containers: [&[u8]; 4] = [b"RIFF", b"\x1aE\xdf\xa3", b"OggS", b"ID3"];
    if containers.iter().any(|mark| begins(mark)) || start.get(4..8) == Some(b"ftyp") {
        return Some(Magic::Container);
    }
    let foreign: [&[u8]; 6] = [b"MZ", b"\x7fELF", b"PK\x03\x04", b"#!", b"<!DOCTYPE", b"<html"];
    foreign.iter().any(|mark| begins(mark)).then_some(Magic::Foreign)
}
