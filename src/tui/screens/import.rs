//! Import: a file is named, read in trial, looked at row by row, and only then taken. It never reads by itself; it says what
//! is wanted and is told how far it is and what became of it.
//!
//! ```text
//!  File ──▶ Trial ──▶ Report ──▶ Confirm ──▶ Real ──▶ Told
//!    ▲───── refused or cancelled ──┘  ▲───── refused or cancelled
//! ```
//!
//! What the report takes is bounded by [`Report`] itself, however long the file is.

mod report;
mod view;

use std::path::PathBuf;

use ratatui::layout::Rect;

use self::report::{Pressed, ReportPane};
use super::confirm::{Answered, Confirm};
use super::export::{NAME_LIMIT, endings, format_name, format_of};
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{Said, counted, say, saying};
use crate::domain::timestamp::Timestamp;
use crate::operations::contacts::Verify;
use crate::operations::import::{BadRows, Format, Options, Report, Run, Stamp, Summary};
use crate::tui::draft::{Draft, Form, Texts};
use crate::tui::effect::{Pace, Refused};
use crate::tui::keymap::{Action, Context, Enter, Input, Typing};
use crate::tui::look::Look;
use crate::tui::places::Places;
use crate::tui::theme::Role;
use crate::tui::widgets::drop_down::DropDown;
use crate::tui::widgets::text_field::{TextField, Typed};

/// The formats that can be chosen; None for the one that the ending tells.
const FORMATS: [Option<Format>; 4] = [None, Some(Format::Csv), Some(Format::Json), Some(Format::VCard)];

/// The dialog.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportDialog {
    places: Places,
    file: TextField,
    format: DropDown,
    focus: Focus,
    stage: Stage,
    /// Why nothing is read; safe to show.
    message: Option<Said>,
    language: Language,
    question: Option<Confirm>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Focus {
    File,
    Format,
    Ok,
    Cancel,
}

const ORDER: [Focus; 4] = [Focus::File, Focus::Format, Focus::Ok, Focus::Cancel];

#[derive(Debug, Clone, PartialEq)]
enum Stage {
    File,
    Trial(Way),
    Report(Box<ReportPane>),
    /// The report is kept for the case that nothing comes of it.
    Real(Way, Box<ReportPane>),
    /// Safe to show.
    Told(Vec<(Said, Role)>),
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Way {
    pace: Pace,
    is_ending: bool,
}

/// What is to be done after a key.
#[derive(Debug, Clone, PartialEq)]
pub enum ImportOutcome {
    Stay,
    Close,
    /// Import, be it in trial, then call [`ImportDialog::ended`].
    Import {
        file: PathBuf,
        options: Options,
        stamp: Option<Stamp>,
    },
    /// End what is under way.
    Cancel,
}

impl ImportDialog {
    /// A dialog that asks for a file.
    #[must_use]
    pub fn new(places: Places, language: Language) -> Self {
        Self {
            places,
            file: TextField::new("", NAME_LIMIT),
            format: DropDown::new(formats(language), 0),
            focus: Focus::File,
            stage: Stage::File,
            message: None,
            language,
            question: None,
        }
    }

    /// Puts back what a draft has.
    pub fn restore(&mut self, draft: &Draft) {
        self.file.set(draft.text("file"));
        let named =
            |format: &Option<Format>| format.map(format_name).unwrap_or_default() == draft.text("format");
        self.format.choose(FORMATS.iter().position(named).unwrap_or_default());
    }

    /// What is to be kept in case that the program ends.
    #[must_use]
    pub fn draft(&self) -> Option<Draft> {
        if self.file.is_empty() || matches!(self.stage, Stage::Told(_)) {
            return None;
        }
        let format = FORMATS.get(self.format.chosen()).copied().flatten();
        let now =
            Texts::of([("file", self.file.text()), ("format", format.map(format_name).unwrap_or_default())]);
        Some(Draft { form: Form::Import, before: Texts::default(), now })
    }

    /// Says from now on what it says in this language.
    pub fn speak(&mut self, language: Language) {
        self.language = language;
        self.format.say_anew(formats(language));
        let file = self.file_name();
        if let Stage::Report(pane) = &self.stage {
            self.question = self.question.take().map(|_| confirm(pane, &file, language));
        }
    }

    /// Where the keys have their meaning now.
    #[must_use]
    pub fn context(&self) -> Context {
        match (&self.stage, &self.question, self.focus) {
            (Stage::Trial(_) | Stage::Real(..), _, _) => Context::Working,
            (Stage::Told(_), _, _) => Context::Told,
            (Stage::Report(_), Some(_), _) => Context::Confirm,
            (Stage::Report(_), None, _) => Context::ImportReport,
            (Stage::File, _, _) if self.format.is_open() => Context::DropDown,
            (Stage::File, _, Focus::File) => Context::FormField,
            (Stage::File, _, Focus::Format | Focus::Ok | Focus::Cancel) => Context::Form,
        }
    }

    /// What accepting does at the focus, where the file is asked for.
    #[must_use]
    pub fn enter_does(&self) -> Option<Enter> {
        if !matches!(self.context(), Context::Form | Context::FormField) {
            return None;
        }
        Some(match self.focus {
            Focus::Format => Enter::Open,
            Focus::Cancel => Enter::Cancel,
            Focus::File | Focus::Ok => Enter::Check,
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

    /// One key or paste. `area` is the place over which the dialog is drawn.
    pub fn input(&mut self, input: &Input, area: Rect, look: Look<'_>) -> ImportOutcome {
        match &mut self.stage {
            Stage::File => self.input_to_form(input),
            Stage::Report(_) => self.input_to_report(input, area, look),
            Stage::Trial(way) | Stage::Real(way, _) if *input == Input::Action(Action::Close) => {
                way.is_ending = true;
                ImportOutcome::Cancel
            }
            Stage::Told(_) if *input == Input::Action(Action::Close) => ImportOutcome::Close,
            Stage::Trial(_) | Stage::Real(..) | Stage::Told(_) => ImportOutcome::Stay,
        }
    }

    /// Takes how far it is.
    pub fn progress(&mut self, pace: Pace) {
        if let Stage::Trial(way) | Stage::Real(way, _) = &mut self.stage {
            way.pace = pace;
        }
    }

    /// Takes what became of it, at the moment `now`. `to_files`: mails are written there, for want of a server.
    pub fn ended(&mut self, result: Result<Report, Refused>, to_files: bool, now: Timestamp) {
        let before = std::mem::replace(&mut self.stage, Stage::File);
        let pane = if let Stage::Real(_, pane) = before { Some(pane) } else { None };
        match (result, pane) {
            (Ok(report), None) if report.all() == 0 => {
                self.message = Some(saying!("There is no contact in it."));
            }
            (Ok(report), None) => self.stage = Stage::Report(Box::new(ReportPane::new(report))),
            (Ok(report), Some(pane)) if report.summary.is_applied => {
                self.stage = Stage::Told(told(&report.summary, pane.sends(), to_files, now));
            }
            (Ok(report), Some(_)) => {
                let mut pane = ReportPane::new(report);
                pane.say(saying!(
                    "Nothing was imported: what is refused below was right when the file was checked."
                ));
                self.stage = Stage::Report(Box::new(pane));
            }
            (Err(Refused::Cancelled), None) => self.message = Some(saying!("It was cancelled.")),
            (Err(Refused::Cancelled), Some(mut pane)) => {
                pane.say(saying!("It was cancelled; nothing was imported."));
                self.stage = Stage::Report(pane);
            }
            (Err(Refused::FileChanged | Refused::Exists), _) => {
                self.message = Some(saying!("It has changed since it was checked; check it again."));
            }
            (Err(Refused::Because(why)), pane) => self.refused(&why, pane),
        }
    }

    /// Takes the reason why there will be no answer.
    pub fn lost(&mut self, why: &Said) {
        match std::mem::replace(&mut self.stage, Stage::File) {
            Stage::Trial(_) => self.refused(why, None),
            Stage::Real(_, pane) => self.refused(why, Some(pane)),
            stage @ (Stage::File | Stage::Report(_) | Stage::Told(_)) => self.stage = stage,
        }
    }

    fn refused(&mut self, why: &Said, pane: Option<Box<ReportPane>>) {
        let why = why.clone().safe();
        match pane {
            None => self.message = Some(saying!("It cannot be imported: {why}.", why = why)),
            Some(mut pane) => {
                pane.say(saying!("Nothing was imported: {why}.", why = why));
                self.stage = Stage::Report(pane);
            }
        }
    }

    fn input_to_form(&mut self, input: &Input) -> ImportOutcome {
        if self.format.is_open() {
            self.format.key(input);
            return ImportOutcome::Stay;
        }
        match input {
            Input::Action(Action::Close) => return ImportOutcome::Close,
            Input::Action(Action::Next) => self.move_focus(1),
            Input::Action(Action::Previous) => self.move_focus(ORDER.len() - 1),
            Input::Action(Action::Accept | Action::Tick) => return self.accept(),
            Input::Action(_) | Input::Text(_) | Input::Paste(_) => {
                if self.focus == Focus::File && self.file.edit(input) == Typed::Changed {
                    self.message = None;
                }
            }
        }
        ImportOutcome::Stay
    }

    fn move_focus(&mut self, steps: usize) {
        let at = ORDER.iter().position(|focus| *focus == self.focus).unwrap_or_default();
        self.focus = ORDER[(at + steps) % ORDER.len()];
    }

    fn accept(&mut self) -> ImportOutcome {
        match self.focus {
            Focus::Format => {
                self.format.open();
                ImportOutcome::Stay
            }
            Focus::Cancel => ImportOutcome::Close,
            Focus::File | Focus::Ok => self.check(),
        }
    }

    /// Reads the file in trial. Codes are counted as if they were wanted, so that the report can say how many go.
    fn check(&mut self) -> ImportOutcome {
        let complaint = match self.chosen_format() {
            _ if self.file.text().trim().is_empty() => saying!("A file must be named."),
            None => endings(),
            Some(format) => {
                self.message = None;
                self.stage = Stage::Trial(Way::default());
                let (bad_rows, verify, run) = (BadRows::LeaveOut, Verify::Send, Run::Trial);
                let options = Options { format, bad_rows, verify, run };
                return ImportOutcome::Import { file: self.path(), options, stamp: None };
            }
        };
        self.focus = Focus::File;
        self.message = Some(complaint);
        ImportOutcome::Stay
    }

    fn input_to_report(&mut self, input: &Input, area: Rect, look: Look<'_>) -> ImportOutcome {
        let file = self.file_name();
        let Stage::Report(pane) = &mut self.stage else { return ImportOutcome::Stay };
        if let Some(question) = &mut self.question {
            let answered = question.input(input);
            if answered != Answered::NotYet {
                self.question = None;
            }
            return if answered == Answered::Yes { self.import() } else { ImportOutcome::Stay };
        }
        let Input::Action(action) = input else { return ImportOutcome::Stay };
        match pane.act(*action, area, look) {
            Pressed::Nothing => {}
            Pressed::Close => return ImportOutcome::Close,
            Pressed::Import => self.question = Some(confirm(pane, &file, self.language)),
        }
        ImportOutcome::Stay
    }

    fn import(&mut self) -> ImportOutcome {
        let (Some(format), file) = (self.chosen_format(), self.path()) else { return ImportOutcome::Stay };
        match std::mem::replace(&mut self.stage, Stage::File) {
            Stage::Report(mut pane) => {
                pane.forget_words();
                let (bad_rows, stamp) = (pane.bad_rows(), pane.report().stamp);
                let verify = if pane.sends() { Verify::Send } else { Verify::Later };
                self.stage = Stage::Real(Way::default(), pane);
                let options = Options { format, bad_rows, verify, run: Run::Real };
                ImportOutcome::Import { file, options, stamp }
            }
            stage @ (Stage::File | Stage::Trial(_) | Stage::Real(..) | Stage::Told(_)) => {
                self.stage = stage;
                ImportOutcome::Stay
            }
        }
    }

    fn chosen_format(&self) -> Option<Format> {
        let chosen = FORMATS.get(self.format.chosen()).copied().flatten();
        chosen.or_else(|| format_of(self.file.text()))
    }

    fn path(&self) -> PathBuf {
        self.places.path(self.file.text().trim())
    }

    /// The last part of the path; safe to show.
    fn file_name(&self) -> String {
        let path = self.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        safe(&name.unwrap_or_default()).into_owned()
    }
}

/// The formats in words.
fn formats(language: Language) -> Vec<String> {
    let words = FORMATS.map(|format| match format {
        None => say!(language, "as its ending tells").to_owned(),
        Some(format) => format_name(format).to_owned(),
    });
    words.to_vec()
}

/// The question before something is written.
fn confirm(pane: &ReportPane, file: &str, language: Language) -> Confirm {
    let Summary { added, changed, refused, codes, .. } = pane.report().summary;
    let all = added + changed;
    let left_out = match refused {
        0 => say!(language, "All of them or, should anything fail, none.").to_owned(),
        _ => counted!(
            language,
            refused,
            "The refused row is left out.",
            "The {refused} refused rows are left out.",
            refused
        ),
    };
    let mails = if pane.sends() {
        counted!(
            language,
            codes,
            "{codes} verification mail goes at once.",
            "{codes} verification mails go at once.",
            codes
        )
    } else if added > 0 {
        say!(language, "No verification mail goes yet.").to_owned()
    } else {
        String::new()
    };
    let detail = say!(
        language,
        "{added} added, {changed} changed. {left_out} {mails}",
        added,
        changed,
        left_out,
        mails
    );
    let question = counted!(
        language,
        all,
        "Import {all} contact from '{file}'?",
        "Import {all} contacts from '{file}'?",
        all,
        file
    );
    let yes = say!(language, "Import {all}", all);
    Confirm::new(
        say!(language, "Import"),
        question,
        detail.trim_end().to_owned(),
        &yes,
        say!(language, "Not yet"),
    )
}

/// What became of an import that was applied. `to_files`: its mails go there, for want of a server.
fn told(summary: &Summary, sends: bool, to_files: bool, now: Timestamp) -> Vec<(Said, Role)> {
    let Summary { added, changed, unchanged, refused, without_types, held, .. } = *summary;
    let mut told = vec![(
        saying!(
            "Imported: {added} added, {changed} changed, {unchanged} unchanged.",
            added = added,
            changed = changed,
            unchanged = unchanged,
        ),
        Role::Text,
    )];
    let mut say = |count: u64, one: Said, several: fn(u64) -> Said, role: Role| match count {
        0 => {}
        1 => told.push((one, role)),
        count => told.push((several(count), role)),
    };
    say(
        refused,
        saying!("1 refused row was left out."),
        |count| saying!("{count} refused rows were left out.", count = count),
        Role::Warning,
    );
    say(
        without_types,
        saying!("1 new contact has no message type yet and will get no notice."),
        |count| {
            saying!("{count} new contacts have no message type yet and will get no notice.", count = count)
        },
        Role::Warning,
    );
    if sends {
        let (one, several): (Said, fn(u64) -> Said) = if to_files {
            (saying!("Without a mail server 1 verification mail goes to a file."), |count| {
                saying!("Without a mail server {count} verification mails go to files.", count = count)
            })
        } else {
            (saying!("1 verification mail is on its way."), |count| {
                saying!("{count} verification mails are on their way.", count = count)
            })
        };
        say(u64::try_from(summary.queued.len()).unwrap_or(u64::MAX), one, several, Role::Text);
    }
    if let Some((held, limit)) = held {
        let why = limit.words(now);
        let words = match held {
            1 => saying!("1 new contact gets no code now: {why}.", why = why),
            held => saying!("{count} new contacts get no code now: {why}.", count = held, why = why),
        };
        told.push((words, Role::Warning));
    }
    if !sends && added > 0 {
        let words = match added {
            1 => saying!(
                "1 new contact waits for its verification: v sends a code to one, 'callsheet resend --unverified' to all."
            ),
            added => saying!(
                "{count} new contacts wait for their verification: v sends a code to one, 'callsheet resend \
                 --unverified' to all.",
                count = added
            ),
        };
        told.push((words, Role::Hint));
    }
    told
}

#[cfg(test)]
mod tests;
