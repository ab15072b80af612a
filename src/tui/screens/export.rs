//! Export: which contacts go into which file. It never writes by itself; it says what is wanted and is told how far it is and
//! what became of it. A file that is there is replaced only after a question.

mod view;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::confirm::{Answered, Confirm};
use crate::domain::contact::ContactId;
use crate::domain::filter::Filter;
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{Said, say, saying};
use crate::operations::export::{Existing, Exported, Format, Scope};
use crate::tui::draft::{Draft, Form, Texts};
use crate::tui::effect::{Pace, Refused};
use crate::tui::keymap::{Action, Context, Enter, Input, Typing};
use crate::tui::places::Places;
use crate::tui::widgets::drop_down::DropDown;
use crate::tui::widgets::text_field::{TextField, Typed};

/// The most characters a name of a file takes; Linux allows 4095 octets.
pub(super) const NAME_LIMIT: usize = 4095;
/// Where no name is typed.
const NAME: &str = "contacts.csv";

/// The dialog.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportDialog {
    places: Places,
    file: TextField,
    choices: Vec<Choice>,
    chosen: DropDown,
    focus: Focus,
    stage: Stage,
    /// Why nothing was written; safe to show.
    message: Option<Said>,
    language: Language,
    question: Option<Confirm>,
}

/// Contacts that may be exported.
#[derive(Debug, Clone, PartialEq)]
struct Choice {
    scope: Scope,
    /// None while nobody knows.
    count: Option<u64>,
}

/// What of the list is filtered and selected.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listed {
    pub filter: Filter,
    pub selected: Arc<BTreeSet<ContactId>>,
    /// All contacts, and those that match; None while nobody knows.
    pub all: Option<u64>,
    pub matching: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Focus {
    File,
    Scope,
    Ok,
    Cancel,
}

const ORDER: [Focus; 4] = [Focus::File, Focus::Scope, Focus::Ok, Focus::Cancel];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    Form,
    Writing {
        pace: Pace,
        is_ending: bool,
    },
    /// How many, and where; safe to show.
    Told([Said; 2]),
}

/// What is to be done after a key.
#[derive(Debug, Clone, PartialEq)]
pub enum ExportOutcome {
    Stay,
    Close,
    /// Export, then call [`ExportDialog::ended`].
    Export {
        target: PathBuf,
        scope: Scope,
        format: Format,
        existing: Existing,
    },
    /// End what is under way.
    Cancel,
}

impl ExportDialog {
    /// What is selected is proposed, else what is filtered, else all.
    #[must_use]
    pub fn new(places: Places, listed: Listed, language: Language) -> Self {
        let mut choices = vec![Choice { scope: Scope::All, count: listed.all }];
        if !listed.filter.is_empty() {
            let scope = Scope::Matching { filter: listed.filter, selected: Arc::clone(&listed.selected) };
            choices.push(Choice { scope, count: listed.matching });
        }
        if !listed.selected.is_empty() {
            let count = u64::try_from(listed.selected.len()).ok();
            choices.push(Choice { scope: Scope::Selected(listed.selected), count });
        }
        let last = choices.len() - 1;
        Self {
            places,
            file: TextField::new(NAME, NAME_LIMIT),
            chosen: drop_down(&choices, last, language),
            choices,
            language,
            focus: Focus::File,
            stage: Stage::Form,
            message: None,
            question: None,
        }
    }

    /// Puts back what a draft has.
    pub fn restore(&mut self, draft: &Draft) {
        self.file.set(draft.text("file"));
    }

    /// What is to be kept in case that the program ends: the name. What was filtered and selected is gone then.
    #[must_use]
    pub fn draft(&self) -> Option<Draft> {
        if self.file.text() == NAME || matches!(self.stage, Stage::Told(_)) {
            return None;
        }
        let now = Texts::of([("file", self.file.text())]);
        Some(Draft { form: Form::Export, before: Texts::default(), now })
    }

    /// Where the keys have their meaning now.
    #[must_use]
    pub fn context(&self) -> Context {
        match (&self.stage, &self.question, self.focus) {
            (Stage::Writing { .. }, _, _) => Context::Working,
            (Stage::Told(_), _, _) => Context::Told,
            (Stage::Form, Some(_), _) => Context::Confirm,
            (Stage::Form, None, _) if self.chosen.is_open() => Context::DropDown,
            (Stage::Form, None, Focus::File) => Context::FormField,
            (Stage::Form, None, Focus::Scope | Focus::Ok | Focus::Cancel) => Context::Form,
        }
    }

    /// What accepting does at the focus, where the file is asked for.
    #[must_use]
    pub fn enter_does(&self) -> Option<Enter> {
        if !matches!(self.context(), Context::Form | Context::FormField) {
            return None;
        }
        Some(match self.focus {
            Focus::Scope => Enter::Open,
            Focus::Cancel => Enter::Cancel,
            Focus::File | Focus::Ok => Enter::Export,
        })
    }

    /// Whether printable keys are text.
    #[must_use]
    pub fn typing(&self) -> Typing {
        if matches!(self.context(), Context::FormField | Context::DropDown) {
            Typing::On
        } else {
            Typing::Off
        }
    }

    /// One key or paste.
    pub fn input(&mut self, input: &Input) -> ExportOutcome {
        match &mut self.stage {
            Stage::Form => self.input_to_form(input),
            Stage::Writing { is_ending, .. } if *input == Input::Action(Action::Close) => {
                *is_ending = true;
                ExportOutcome::Cancel
            }
            Stage::Told(_) if *input == Input::Action(Action::Close) => ExportOutcome::Close,
            Stage::Writing { .. } | Stage::Told(_) => ExportOutcome::Stay,
        }
    }

    /// Takes the number of contacts that match the filter.
    pub fn counted(&mut self, matching: u64) {
        for choice in &mut self.choices {
            if matches!(choice.scope, Scope::Matching { .. }) {
                choice.count = Some(matching);
            }
        }
        if !self.chosen.is_open() {
            self.chosen = drop_down(&self.choices, self.chosen.chosen(), self.language);
        }
    }

    /// Says from now on what it says in this language.
    pub fn speak(&mut self, language: Language) {
        self.language = language;
        self.chosen.say_anew(self.choices.iter().map(|choice| choice.words(language)).collect());
        self.question = self.question.take().map(|_| self.replace());
    }

    /// Takes how far it is.
    pub fn progress(&mut self, now: Pace) {
        if let Stage::Writing { pace, .. } = &mut self.stage {
            *pace = now;
        }
    }

    /// Takes what became of it.
    pub fn ended(&mut self, result: Result<Exported, Refused>) {
        self.stage = Stage::Form;
        match result {
            Ok(exported) => self.stage = Stage::Told(self.told(exported)),
            Err(Refused::Exists) => self.question = Some(self.replace()),
            Err(Refused::Cancelled) => self.message = Some(saying!("It was cancelled.")),
            Err(Refused::FileChanged) => self.message = Some(saying!("The file has changed.")),
            Err(Refused::Because(why)) => self.lost(&why),
        }
    }

    /// Takes the reason why nothing was written.
    pub fn lost(&mut self, why: &Said) {
        self.stage = Stage::Form;
        self.message = Some(saying!("Not written: {why}.", why = why.clone().safe()));
    }

    fn input_to_form(&mut self, input: &Input) -> ExportOutcome {
        if let Some(question) = &mut self.question {
            let answered = question.input(input);
            if answered != Answered::NotYet {
                self.question = None;
            }
            return match answered {
                Answered::Yes => self.export(Existing::Replace),
                Answered::No | Answered::NotYet => ExportOutcome::Stay,
            };
        }
        if self.chosen.is_open() {
            self.chosen.key(input);
            return ExportOutcome::Stay;
        }
        match input {
            Input::Action(Action::Close) => return ExportOutcome::Close,
            Input::Action(Action::Next) => self.move_focus(1),
            Input::Action(Action::Previous) => self.move_focus(ORDER.len() - 1),
            Input::Action(Action::Accept | Action::Tick) => return self.accept(),
            Input::Action(_) | Input::Text(_) | Input::Paste(_) => {
                if self.focus == Focus::File && self.file.edit(input) == Typed::Changed {
                    self.message = None;
                }
            }
        }
        ExportOutcome::Stay
    }

    fn move_focus(&mut self, steps: usize) {
        let at = ORDER.iter().position(|focus| *focus == self.focus).unwrap_or_default();
        self.focus = ORDER[(at + steps) % ORDER.len()];
    }

    fn accept(&mut self) -> ExportOutcome {
        match self.focus {
            Focus::Scope => {
                self.chosen.open();
                ExportOutcome::Stay
            }
            Focus::Cancel => ExportOutcome::Close,
            Focus::File | Focus::Ok => self.export(Existing::Keep),
        }
    }

    fn export(&mut self, existing: Existing) -> ExportOutcome {
        let Some(format) = format_of(self.file.text()) else {
            self.focus = Focus::File;
            self.message = Some(endings());
            return ExportOutcome::Stay;
        };
        self.message = None;
        self.stage = Stage::Writing { pace: Pace::default(), is_ending: false };
        let scope = self.choice().map_or(Scope::All, |choice| choice.scope.clone());
        ExportOutcome::Export { target: self.path(), scope, format, existing }
    }

    fn choice(&self) -> Option<&Choice> {
        self.choices.get(self.chosen.chosen())
    }

    fn path(&self) -> PathBuf {
        self.places.path(self.file.text().trim())
    }

    fn shown_path(&self) -> String {
        self.path().display().to_string()
    }

    fn replace(&self) -> Confirm {
        let language = self.language;
        let detail = say!(
            language,
            "It is there already. It is replaced at once when the export is whole; what is in it now is gone then."
        );
        let question = say!(language, "Replace '{file}'?", file = safe(&self.shown_path()));
        let replace = say!(language, "Replace");
        Confirm::new(replace, question, detail.to_owned(), replace, say!(language, "Keep it"))
    }

    fn told(&self, exported: Exported) -> [Said; 2] {
        let Exported { written, of, replaced } = exported;
        let which = match (self.choice().map(|choice| &choice.scope), of) {
            (_, 0) => saying!("Exported: no contact, for there is none."),
            (Some(Scope::Matching { .. }), 1) => {
                saying!("Exported: {written} of 1 contact, what matches the filter.", written = written)
            }
            (Some(Scope::Matching { .. }), of) => {
                saying!(
                    "Exported: {written} of {of} contacts, what matches the filter.",
                    written = written,
                    of = of
                )
            }
            (Some(Scope::Selected(_)), 1) => {
                saying!("Exported: {written} of 1 contact, what was selected.", written = written)
            }
            (Some(Scope::Selected(_)), of) => {
                saying!(
                    "Exported: {written} of {of} contacts, what was selected.",
                    written = written,
                    of = of
                )
            }
            (Some(Scope::All) | None, 1) => saying!("Exported: the only contact."),
            (Some(Scope::All) | None, of) => saying!("Exported: all {of} contacts.", of = of),
        };
        let file = safe(&self.shown_path()).into_owned();
        let place = if replaced {
            saying!("'{file}' was replaced; nobody else may read it.", file = file)
        } else {
            saying!("'{file}' can be read by nobody else.", file = file)
        };
        [which, place]
    }
}

/// What is said of a name that tells no format.
pub(super) fn endings() -> Said {
    saying!("The name must end with .csv, .json or .vcf.")
}

/// The format that the ending of a name tells.
pub(super) fn format_of(name: &str) -> Option<Format> {
    Format::of_ending(Path::new(name.trim()).extension()?.to_str()?)
}

/// How a format is called.
pub(super) const fn format_name(format: Format) -> &'static str {
    match format {
        Format::Csv => "CSV",
        Format::Json => "JSON",
        Format::VCard => "vCard",
        Format::VCard3 => "vCard 3.0",
    }
}

fn drop_down(choices: &[Choice], chosen: usize, language: Language) -> DropDown {
    DropDown::new(choices.iter().map(|choice| choice.words(language)).collect(), chosen)
}

impl Choice {
    fn words(&self, language: Language) -> String {
        match (&self.scope, self.count) {
            (Scope::All, Some(count)) => say!(language, "all ({count})", count),
            (Scope::Matching { .. }, Some(count)) => say!(language, "filtered ({count})", count),
            (Scope::Selected(_), Some(count)) => say!(language, "selected ({count})", count),
            (Scope::All, None) => say!(language, "all").to_owned(),
            (Scope::Matching { .. }, None) => say!(language, "filtered").to_owned(),
            (Scope::Selected(_), None) => say!(language, "selected").to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
