//! Fields of a parsed TOML table, read with the place of every error.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{FieldProblem, FileError, FilePlace, FileProblem};

/// The version of the format that is read and written here.
pub const VERSION: u32 = 1;

/// The text, to turn offsets into places.
#[derive(Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) source: &'a str,
}

impl File<'_> {
    pub(super) fn error(self, span: &Range<usize>, problem: FileProblem) -> FileError {
        let before = self.source.get(..span.start).unwrap_or(self.source);
        let line = 1 + before.matches('\n').count();
        let column = 1 + before
            .rsplit('\n')
            .next()
            .map_or(0, |last| last.chars().count());
        FileError {
            place: Some(FilePlace { line, column }),
            problem,
        }
    }
}

/// A table that remembers which of its fields were asked for, so that the rest is an error.
pub(in crate::chain) struct Fields<'t, 'i> {
    pub(super) file: File<'t>,
    table: &'t DeTable<'i>,
    span: Range<usize>,
    /// What the table is, for messages.
    pub(super) what: String,
    pub(super) asked: Vec<&'static str>,
}

impl<'t, 'i> Fields<'t, 'i> {
    pub(super) fn new(
        file: File<'t>,
        table: &'t DeTable<'i>,
        span: Range<usize>,
        what: String,
    ) -> Self {
        Self {
            file,
            table,
            span,
            what,
            asked: Vec::new(),
        }
    }

    fn get(&mut self, name: &'static str) -> Option<&'t Spanned<DeValue<'i>>> {
        if !self.asked.contains(&name) {
            self.asked.push(name);
        }
        self.peek(name)
    }

    fn peek(&self, name: &str) -> Option<&'t Spanned<DeValue<'i>>> {
        self.table
            .iter()
            .find(|(key, _)| key.get_ref() == name)
            .map(|(_, value)| value)
    }

    pub(super) fn span_of(&self, name: &str) -> Range<usize> {
        self.peek(name)
            .map_or_else(|| self.span.clone(), Spanned::span)
    }

    pub(in crate::chain) fn wrong(&self, name: &str, problem: FieldProblem) -> FileError {
        self.file
            .error(&self.span_of(name), self.problem(name, problem))
    }

    fn problem(&self, name: &str, problem: FieldProblem) -> FileProblem {
        FileProblem::Field {
            what: self.what.clone(),
            field: name.to_owned(),
            problem,
        }
    }

    fn wrong_type(&self, name: &str, value: &Spanned<DeValue<'_>>, wanted: &str) -> FileError {
        let problem = FieldProblem::Type {
            found: type_of(value.get_ref()),
            wanted: wanted.to_owned(),
        };
        self.file.error(&value.span(), self.problem(name, problem))
    }

    pub(in crate::chain) fn text(
        &mut self,
        name: &'static str,
    ) -> Result<Option<String>, FileError> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => match value.get_ref() {
                DeValue::String(text) => Ok(Some(text.to_string())),
                _ => Err(self.wrong_type(name, value, "a string in quotes")),
            },
        }
    }

    pub(in crate::chain) fn required(&mut self, name: &'static str) -> Result<String, FileError> {
        match self.text(name)? {
            Some(text) if !text.is_empty() => Ok(text),
            Some(_) => Err(self.wrong(name, FieldProblem::Empty)),
            None => Err(self.file.error(
                &self.span,
                FileProblem::Missing {
                    what: self.what.clone(),
                    field: name,
                },
            )),
        }
    }

    /// A list of strings; a single string counts as a list of one.
    pub(in crate::chain) fn texts(&mut self, name: &'static str) -> Result<Vec<String>, FileError> {
        const WANTED: &str = "a list of strings, as [\"a\", \"b\"]";
        let Some(value) = self.get(name) else {
            return Ok(Vec::new());
        };
        match value.get_ref() {
            DeValue::String(text) => Ok(vec![text.to_string()]),
            DeValue::Array(items) => items
                .iter()
                .map(|item| match item.get_ref() {
                    DeValue::String(text) => Ok(text.to_string()),
                    _ => Err(self.wrong_type(name, item, WANTED)),
                })
                .collect(),
            _ => Err(self.wrong_type(name, value, WANTED)),
        }
    }

    fn integer(
        &mut self,
        name: &'static str,
        wanted: &'static str,
    ) -> Result<Option<u32>, FileError> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => match value.get_ref() {
                DeValue::Integer(n) => u32::from_str_radix(n.as_str(), n.radix())
                    .map(Some)
                    .map_err(|_| self.wrong(name, FieldProblem::Value(wanted))),
                _ => Err(self.wrong_type(name, value, wanted)),
            },
        }
    }

    pub(in crate::chain) fn boolean(
        &mut self,
        name: &'static str,
    ) -> Result<Option<bool>, FileError> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => match value.get_ref() {
                DeValue::Boolean(found) => Ok(Some(*found)),
                _ => Err(self.wrong_type(name, value, "true or false")),
            },
        }
    }

    pub(super) fn version(&mut self) -> Result<u32, FileError> {
        self.integer("version", "a number")?.ok_or(FileError {
            place: Some(FilePlace { line: 1, column: 1 }),
            problem: FileProblem::NoVersion { known: VERSION },
        })
    }

    pub(super) fn status(&mut self, name: &'static str) -> Result<u16, FileError> {
        const WANTED: &str = "an HTTP status code, 100 to 599";
        self.integer(name, WANTED)?
            .and_then(|n| u16::try_from(n).ok())
            .filter(|n| (100..600).contains(n))
            .ok_or_else(|| self.wrong(name, FieldProblem::Value(WANTED)))
    }

    pub(super) fn place(&mut self, name: &'static str) -> Result<Option<[f32; 2]>, FileError> {
        const WANTED: &str = "two numbers, as [120, 80]";
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let DeValue::Array(items) = value.get_ref() else {
            return Err(self.wrong_type(name, value, WANTED));
        };
        let number = |item: &Spanned<DeValue<'_>>| match item.get_ref() {
            DeValue::Integer(n) if n.radix() == 10 => n.as_str().parse::<f32>().ok(),
            DeValue::Float(n) => n.as_str().parse::<f32>().ok(),
            _ => None,
        };
        match items.iter().map(number).collect::<Vec<_>>()[..] {
            [Some(x), Some(y)] if x.is_finite() && y.is_finite() => Ok(Some([x, y])),
            _ => Err(self.wrong(name, FieldProblem::Value(WANTED))),
        }
    }

    /// A list of tables: `[[name]]`, or tables in braces.
    pub(super) fn tables(
        &mut self,
        name: &'static str,
    ) -> Result<Vec<(&'t DeTable<'i>, Range<usize>)>, FileError> {
        let wanted = format!("a list of tables: write [[{name}]] above each");
        let Some(value) = self.get(name) else {
            return Ok(Vec::new());
        };
        let DeValue::Array(items) = value.get_ref() else {
            return Err(self.wrong_type(name, value, &wanted));
        };
        items
            .iter()
            .map(|item| match item.get_ref() {
                DeValue::Table(table) => Ok((table, item.span())),
                _ => Err(self.wrong_type(name, item, &wanted)),
            })
            .collect()
    }

    /// Refuses fields that nobody asked for.
    pub(super) fn finish(&self) -> Result<(), FileError> {
        let unknown = self
            .table
            .iter()
            .map(|(key, _)| key)
            .filter(|key| !self.asked.contains(&key.get_ref().as_ref()))
            .min_by_key(|key| key.span().start);
        match unknown {
            None => Ok(()),
            Some(key) => Err(self.file.error(
                &key.span(),
                FileProblem::Unknown {
                    what: self.what.clone(),
                    field: key.get_ref().to_string(),
                    known: self.asked.clone(),
                },
            )),
        }
    }
}

fn type_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
