//! Takes values out of the file, the environment and the flags one by one, and collects every mistake on the way.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use super::error::{ConfigError, ConfigErrors, Origin};
use super::file::{Entries, Raw, read};
use super::value::{self, Bad};
use super::{Setting, key};
use crate::domain::say::{Said, say, saying};
use crate::paths::{Environment, expand_home};

/// The file while it is read.
#[derive(Debug)]
pub struct Reader<'a> {
    entries: Entries,
    path: &'a Path,
    environment: &'a Environment,
}

impl<'a> Reader<'a> {
    /// `path` is the file that `text` comes from; without one the text is empty.
    pub fn new(text: &str, path: Option<&'a Path>, environment: &'a Environment) -> Self {
        let path = path.unwrap_or_else(|| Path::new(""));
        Self { entries: read(text, path), path, environment }
    }

    /// Every mistake, in the order of the file, those of flags and environment behind.
    pub fn finish(self) -> Option<ConfigErrors> {
        let mut errors = self.entries.errors;
        errors.sort_by_key(|error| match &error.origin {
            Origin::File { path: _, line } => (0, *line),
            Origin::Environment(_) => (1, 0),
            Origin::Flag(_) => (2, 0),
            Origin::Default => (3, 0),
        });
        if errors.is_empty() { None } else { Some(ConfigErrors(errors)) }
    }

    /// Notes a mistake.
    pub fn refuse(&mut self, origin: Origin, name: &str, bad: Bad) {
        let error =
            ConfigError { origin, key: Some(name.to_owned()), message: bad.message, nearest: bad.nearest };
        self.entries.errors.push(error);
    }

    /// Whether the file has the key, right or wrong.
    pub fn is_given(&self, name: &'static str) -> bool {
        self.entries.values.contains_key(name)
    }

    /// Where the file has the key.
    pub fn origin(&self, name: &'static str) -> Option<Origin> {
        self.entries.values.get(name).map(|(_, line)| self.at(*line))
    }

    pub fn text<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Bad>,
    ) -> Option<Setting<T>> {
        self.take(name, |raw| match raw {
            Raw::Text(text) => parse(text),
            Raw::Integer(_) | Raw::Boolean(_) | Raw::List(_) | Raw::Other(_) => {
                Err(not(saying!("a text in quotes"), raw))
            }
        })
    }

    pub fn boolean(&mut self, name: &'static str) -> Option<Setting<bool>> {
        self.take(name, |raw| match raw {
            Raw::Boolean(is_true) => Ok(*is_true),
            Raw::Integer(_) | Raw::Text(_) | Raw::List(_) | Raw::Other(_) => {
                Err(not(saying!("true or false"), raw))
            }
        })
    }

    pub fn number<T>(&mut self, name: &'static str, range: RangeInclusive<T>) -> Option<Setting<T>>
    where
        T: TryFrom<i64> + PartialOrd + std::fmt::Display,
    {
        self.take(name, |raw| match raw {
            Raw::Integer(number) => {
                T::try_from(*number).ok().filter(|number| range.contains(number)).ok_or_else(|| {
                    let (least, most) = (range.start(), range.end());
                    Bad::of(|language| {
                        say!(language, "is {number}; it must be from {least} to {most}", number, least, most)
                    })
                })
            }
            Raw::Text(_) | Raw::Boolean(_) | Raw::List(_) | Raw::Other(_) => {
                Err(not(saying!("a whole number"), raw))
            }
        })
    }

    /// A path: `~/` is the home folder, and a relative one starts at the folder of the file.
    pub fn path(&mut self, name: &'static str) -> Option<Setting<PathBuf>> {
        let (environment, folder) =
            (self.environment, self.path.parent().map(Path::to_owned).unwrap_or_default());
        self.text(name, |text| {
            if text.is_empty() || text.contains('\0') {
                return Err(Bad::new(saying!("is no path")));
            }
            Ok(folder.join(expand_home(Path::new(text), environment)))
        })
    }

    /// Program and arguments, as a list or as one text.
    pub fn command(&mut self, name: &'static str) -> Option<Setting<Vec<String>>> {
        self.take(name, |raw| match raw {
            Raw::Text(text) => value::command_line(text),
            Raw::List(words) => value::command(words.clone()),
            Raw::Integer(_) | Raw::Boolean(_) | Raw::Other(_) => {
                Err(not(saying!("a text or a list of texts"), raw))
            }
        })
    }

    /// A variable of the environment.
    pub fn variable<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Bad>,
    ) -> Option<Setting<T>> {
        let given = self.environment.get(name)?.to_string_lossy().into_owned();
        self.parsed(Origin::Environment(name), &given, parse)
    }

    /// An option of the command line.
    pub fn flag<T>(
        &mut self,
        name: &'static str,
        given: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, Bad>,
    ) -> Option<Setting<T>> {
        self.parsed(Origin::Flag(name), given?, parse)
    }

    fn parsed<T>(
        &mut self,
        origin: Origin,
        given: &str,
        parse: impl FnOnce(&str) -> Result<T, Bad>,
    ) -> Option<Setting<T>> {
        match parse(given) {
            Ok(value) => Some(Setting { value, origin }),
            Err(bad) => {
                self.entries.errors.push(ConfigError {
                    origin,
                    key: None,
                    message: bad.message,
                    nearest: bad.nearest,
                });
                None
            }
        }
    }

    fn take<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&Raw) -> Result<T, Bad>,
    ) -> Option<Setting<T>> {
        debug_assert!(key::find(name).is_some(), "{name} is not among the keys");
        let (raw, line) = self.entries.values.get(name)?;
        let origin = self.at(*line);
        match parse(raw) {
            Ok(value) => Some(Setting { value, origin }),
            Err(bad) => {
                self.refuse(origin, name, bad);
                None
            }
        }
    }

    fn at(&self, line: usize) -> Origin {
        Origin::File { path: self.path.to_owned(), line }
    }
}

fn not(wanted: Said, raw: &Raw) -> Bad {
    Bad::new(saying!("is {kind}; it must be {wanted}", kind = raw.kind(), wanted = wanted))
}
