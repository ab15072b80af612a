//! The dialog in which a notice is written: its type, its subject, its text, and beside them who gets it.
//!
//! Everything that is wrong is explained at once, beside its field, and nothing that was written is lost: not by an error, not
//! by a question. Before it is sent a question names how many people get it. It never sends by itself; it says what is to be
//! sent, under a key by which the same notice is queued once however often that is tried.

mod draft;
mod hindrance;
mod layout;
mod preview;
#[cfg(test)]
mod tests;
mod view;

use ratatui::layout::{Position, Rect};

use super::confirm::{Answered, Confirm};
use crate::domain::catalogue::Catalogue;
use crate::domain::language::Language;
use crate::domain::notice::{self, BODY_LIMIT, NoticeField, NoticeForm, NoticeProblem};
use crate::domain::safe_text::safe;
use crate::domain::say::{counted, plain, say};
use crate::operations::Problem;
use crate::operations::notices::{Audience, Notified};
use crate::tui::keymap::{Action, Context, Enter, Input, Typing};
use crate::tui::look::Look;
use crate::tui::model::Tone;
use crate::tui::widgets::audience::fallback_words;
use crate::tui::widgets::audience_summary::people;
use crate::tui::widgets::picker::{Entry, Pick, Picker};
use crate::tui::widgets::text_area::TextArea;
use crate::tui::widgets::text_field::{TextField, Typed};
use hindrance::{Hindrance, Unknown};
use preview::{Preview, PreviewOutcome};

/// The most characters that the subject's field takes. More than a subject may have, so that what is pasted is told to be too
/// long and not cut.
const SUBJECT_FIELD: usize = 2_000;
/// The most bytes that the text's field takes, for the same reason.
const BODY_FIELD: usize = 2 * BODY_LIMIT;

/// The dialog and everything in front of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ComposeDialog {
    /// The ids of all types, in the order of the list.
    types: Vec<String>,
    list: Picker,
    subject: TextField,
    body: TextArea,
    focus: Focus,
    problems: Vec<NoticeProblem>,
    /// Sending was refused once, so every change is checked.
    is_live: bool,
    who: Who,
    key: Key,
    waiting: Waiting,
    /// Why it could not be sent, where no field is to blame.
    message: Option<Hindrance>,
    front: Option<Front>,
    /// To how many people it is being sent, as the question said.
    promised: u64,
}

/// What is to be done after a key or an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum ComposeOutcome {
    Stay,
    /// Ask who gets a type, then call [`ComposeDialog::heard`].
    AskAudience {
        message_type: String,
    },
    /// Ask what the mail looks like, then call [`ComposeDialog::previewed`].
    AskPreview {
        form: NoticeForm,
        language: Language,
    },
    /// Queue it; then call [`ComposeDialog::words_on`] or [`ComposeDialog::refused`].
    Send {
        form: NoticeForm,
        key: String,
    },
    /// The dialog is done with; nothing is to be sent.
    Close,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Focus {
    Type,
    Subject,
    Body,
    Send,
    Preview,
    Cancel,
}

/// All places of the focus in order.
const ORDER: [Focus; 6] =
    [Focus::Type, Focus::Subject, Focus::Body, Focus::Send, Focus::Preview, Focus::Cancel];

/// What is known of who gets it.
#[derive(Debug, Clone, PartialEq)]
enum Who {
    /// No type is chosen.
    Nobody,
    Asked,
    Known(Audience),
    Unknown(Unknown),
}

/// The key of this notice, and of another if the first turns out to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    base: String,
    number: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    No,
    /// For who gets it now, to ask then whether to send.
    Audience,
    Sent,
}

/// What stands in front of the dialog.
#[derive(Debug, Clone, PartialEq)]
enum Front {
    Leave(Confirm),
    Send(Confirm),
    Preview(Preview),
}

impl ComposeDialog {
    /// Says the types in another language.
    pub fn say_anew(&mut self, catalogue: &Catalogue, language: Language) {
        self.list.say_anew(entries(catalogue, language).into_iter().map(|(_, entry)| entry).collect());
    }

    /// An empty dialog. `key` is told from every other key that was ever used.
    #[must_use]
    pub fn new(catalogue: &Catalogue, language: Language, key: String) -> Self {
        let (types, entries) = entries(catalogue, language).into_iter().unzip();
        Self {
            types,
            list: Picker::new(entries),
            subject: TextField::new("", SUBJECT_FIELD),
            body: TextArea::new("", BODY_FIELD),
            focus: Focus::Type,
            problems: Vec::new(),
            is_live: false,
            who: Who::Nobody,
            key: Key { base: key, number: 1 },
            waiting: Waiting::No,
            message: None,
            front: None,
            promised: 0,
        }
    }

    /// The id of the type that is chosen.
    #[must_use]
    pub fn message_type(&self) -> Option<&str> {
        self.list.picked().and_then(|index| self.types.get(index)).map(String::as_str)
    }

    /// Everything that is written, as it stands.
    #[must_use]
    pub fn written(&self) -> NoticeForm {
        NoticeForm {
            message_type: self.message_type().unwrap_or_default().to_owned(),
            subject: self.subject.text().to_owned(),
            body: self.body.text().to_owned(),
            html: None,
        }
    }

    /// Whether it is being counted who gets the notice, or the notice is being queued: keys must wait for what comes of it.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.waiting != Waiting::No
    }

    /// Where the keys have their meaning now.
    #[must_use]
    pub fn context(&self) -> Context {
        match (&self.front, self.focus) {
            (Some(Front::Leave(_) | Front::Send(_)), _) => Context::Confirm,
            (Some(Front::Preview(_)), _) => Context::Preview,
            (None, _) if self.list.is_open() => Context::Picker,
            (None, Focus::Type | Focus::Subject) => Context::ComposeField,
            (None, Focus::Body) => Context::Editor,
            (None, Focus::Send | Focus::Preview | Focus::Cancel) => Context::Compose,
        }
    }

    /// What accepting does at the focus.
    #[must_use]
    pub fn enter_does(&self) -> Option<Enter> {
        if self.front.is_some() || self.list.is_open() {
            return None;
        }
        Some(match self.focus {
            Focus::Type => Enter::Open,
            Focus::Subject if self.body.is_empty() => Enter::ToTheText,
            Focus::Subject | Focus::Body | Focus::Send => Enter::Send,
            Focus::Preview => Enter::Preview,
            Focus::Cancel => Enter::Cancel,
        })
    }

    /// The whole mail where the preview is read.
    #[must_use]
    pub fn previewed_text(&self) -> Option<String> {
        let Some(Front::Preview(preview)) = &self.front else { return None };
        preview.text().map(|text| format!("{}\n\n{text}", self.subject.text().trim()))
    }

    /// Puts the caret into the text where somebody points. Whether it is there; otherwise nothing has happened.
    pub fn point(&mut self, at: Position, area: Rect, look: Look<'_>) -> bool {
        if self.front.is_some() || self.list.is_open() || self.is_waiting() {
            return false;
        }
        let place = self.layout(area, look).body_text();
        if !place.contains(at) {
            return false;
        }
        self.focus = Focus::Body;
        // With the focus the place may move.
        self.body.point(at, place);
        true
    }

    /// Whether printable keys are text.
    #[must_use]
    pub fn typing(&self) -> Typing {
        if matches!(self.context(), Context::ComposeField | Context::Editor | Context::Picker) {
            Typing::On
        } else {
            Typing::Off
        }
    }

    /// One key or paste. `area` is the place over which the dialog is drawn.
    pub fn input(&mut self, input: &Input, area: Rect, look: Look<'_>) -> ComposeOutcome {
        match &mut self.front {
            Some(Front::Leave(question)) => {
                let answered = question.input(input);
                return self.left(answered);
            }
            Some(Front::Send(question)) => {
                let answered = question.input(input);
                return self.sent(answered);
            }
            Some(Front::Preview(preview)) => {
                let outcome = preview.input(input, self.subject.text(), area, look);
                return self.follow_preview(outcome);
            }
            None => {}
        }
        if self.is_waiting() {
            return ComposeOutcome::Stay;
        }
        if self.list.is_open() {
            return self.input_to_list(input, look.catalogue);
        }
        if let (Focus::Type, Input::Text(letter)) = (self.focus, input) {
            // What is typed is searched for; a blank only opens the list.
            self.list.open();
            return if *letter == ' ' {
                ComposeOutcome::Stay
            } else {
                self.input_to_list(input, look.catalogue)
            };
        }
        match input {
            Input::Action(Action::Close) => self.close(),
            Input::Action(Action::Next) => self.move_focus(1),
            Input::Action(Action::Previous) => self.move_focus(ORDER.len() - 1),
            Input::Action(Action::Accept) => self.accept(look),
            Input::Action(Action::Tick) if self.focus != Focus::Subject => self.accept(look),
            Input::Action(Action::Preview) => self.preview(look),
            Input::Action(_) | Input::Text(_) | Input::Paste(_) => self.edit(input, area, look),
        }
    }

    /// Takes who gets the type for which it was asked; of another type it is stale.
    pub fn heard(&mut self, audience: Result<Audience, Problem>) {
        self.who = match audience {
            Ok(audience) if Some(audience.message_type.as_str()) != self.message_type() => {
                return;
            }
            Ok(audience) => Who::Known(audience),
            Err(problem) => Who::Unknown(Unknown::Refused(Box::new(problem))),
        };
        if self.waiting == Waiting::Audience {
            self.waiting = Waiting::No;
            self.ask_to_send();
        }
    }

    /// Takes the text of the mail in a language.
    pub fn previewed(&mut self, language: Language, text: Result<String, Problem>) {
        let Some(Front::Preview(preview)) = &mut self.front else { return };
        match text {
            Ok(text) => preview.loaded(language, text),
            Err(problem) => {
                self.front = None;
                self.refused(&problem);
            }
        }
    }

    /// Takes the reason why nothing was sent. The dialog stays open with everything in it.
    pub fn refused(&mut self, problem: &Problem) {
        self.waiting = Waiting::No;
        if let Problem::InvalidNotice(problems) = problem {
            self.is_live = true;
            self.problems.clone_from(problems);
            self.focus_first_problem();
        } else if let Problem::KeyUsed { notice, .. } = problem {
            self.key.number += 1;
            self.message = Some(Hindrance::Queued { notice: *notice });
        } else if *problem == Problem::NoSecurityEmail {
            self.message = Some(Hindrance::Nobody);
        } else {
            self.message = Some(Hindrance::Refused(Box::new(problem.clone())));
        }
    }

    /// Notes that no answers will come to what was asked.
    pub fn lost(&mut self, problem: &Problem) {
        if matches!(self.front, Some(Front::Preview(_))) {
            self.front = None;
        }
        if self.who == Who::Asked {
            self.who = Who::Unknown(Unknown::Lost);
        }
        self.refused(problem);
    }

    /// What is said about a notice that was queued, and how.
    #[must_use]
    pub fn words_on(&self, notified: &Notified, language: Language) -> (Tone, String) {
        let count = u64::try_from(notified.waiting.len()).unwrap_or(u64::MAX);
        if notified.repeated {
            let words = match count {
                0 => say!(language, "It was queued before; nothing is sent twice. All its mails have ended.")
                    .to_owned(),
                _ => counted!(
                    language,
                    count,
                    "It was queued before; nothing is sent twice. {count} of its mails still waits.",
                    "It was queued before; nothing is sent twice. {count} of its mails still wait.",
                    count
                ),
            };
            return (Tone::Warning, words);
        }
        let (whom, before) = (people(language, count), people(language, self.promised));
        let why = notified.fallback.map(|reason| plain(language, fallback_words(reason)));
        match (why, self.promised) {
            (Some(why), 0) => (Tone::Done, say!(language, "Queued for the security email: {why}.", why)),
            (Some(why), _) => (
                Tone::Warning,
                say!(
                    language,
                    "Queued for the security email, for {why}; when you confirmed, it was {before}.",
                    why,
                    before
                ),
            ),
            (None, promised) if count == promised => (Tone::Done, say!(language, "Queued for {whom}.", whom)),
            (None, 0) => (
                Tone::Warning,
                say!(language, "Queued for {whom}; when you confirmed, nobody would have got it.", whom),
            ),
            (None, _) => (
                Tone::Warning,
                say!(language, "Queued for {whom}; when you confirmed, it was {before}.", whom, before),
            ),
        }
    }

    fn input_to_list(&mut self, input: &Input, catalogue: &Catalogue) -> ComposeOutcome {
        let before = self.list.picked();
        match self.list.key(input) {
            Pick::Stay | Pick::Unused => return ComposeOutcome::Stay,
            Pick::Picked(_) => {}
        }
        if self.subject.is_empty() {
            self.focus = Focus::Subject;
        }
        self.changed(catalogue);
        match self.message_type() {
            Some(id) if self.list.picked() != before => {
                let message_type = id.to_owned();
                self.who = Who::Asked;
                ComposeOutcome::AskAudience { message_type }
            }
            Some(_) | None => ComposeOutcome::Stay,
        }
    }

    fn move_focus(&mut self, steps: usize) -> ComposeOutcome {
        let at = ORDER.iter().position(|focus| *focus == self.focus).unwrap_or_default();
        self.focus = ORDER[(at + steps) % ORDER.len()];
        ComposeOutcome::Stay
    }

    fn edit(&mut self, input: &Input, area: Rect, look: Look<'_>) -> ComposeOutcome {
        let typed = match self.focus {
            Focus::Subject => self.subject.edit(input),
            Focus::Body => {
                let place = self.layout(area, look).body_text();
                self.body.edit(input, place)
            }
            Focus::Type | Focus::Send | Focus::Preview | Focus::Cancel => Typed::Unused,
        };
        match (typed, input) {
            (Typed::Changed, _) => self.changed(look.catalogue),
            // Beyond the first and the last row of the text lie the fields around it.
            (Typed::Unused, Input::Action(Action::Up)) => self.focus = Focus::Subject,
            (Typed::Unused, Input::Action(Action::Down)) => self.focus = Focus::Send,
            (Typed::Same | Typed::Unused, _) => {}
        }
        ComposeOutcome::Stay
    }

    fn changed(&mut self, catalogue: &Catalogue) {
        self.message = None;
        if self.is_live {
            self.problems = self.wrong(catalogue);
        }
    }

    fn accept(&mut self, look: Look<'_>) -> ComposeOutcome {
        match self.focus {
            Focus::Type => self.list.open(),
            // Who has written a subject only goes on with the text.
            Focus::Subject if self.body.is_empty() => self.focus = Focus::Body,
            Focus::Subject | Focus::Body | Focus::Send => return self.send(look.catalogue),
            Focus::Preview => return self.preview(look),
            Focus::Cancel => return self.close(),
        }
        ComposeOutcome::Stay
    }

    fn send(&mut self, catalogue: &Catalogue) -> ComposeOutcome {
        self.message = None;
        match self.message_type().map(str::to_owned) {
            Some(message_type) if self.is_right(catalogue) => {
                self.waiting = Waiting::Audience;
                ComposeOutcome::AskAudience { message_type }
            }
            Some(_) => ComposeOutcome::Stay,
            None => {
                self.is_right(catalogue);
                ComposeOutcome::Stay
            }
        }
    }

    /// Whether nothing is wrong; what is wrong is explained.
    fn is_right(&mut self, catalogue: &Catalogue) -> bool {
        self.problems = self.wrong(catalogue);
        if !self.problems.is_empty() {
            self.is_live = true;
            self.focus_first_problem();
        }
        self.problems.is_empty()
    }

    fn ask_to_send(&mut self) {
        let Who::Known(audience) = &self.who else {
            if let Who::Unknown(why) = &self.who {
                self.message = Some(Hindrance::Who(why.clone()));
            }
            return;
        };
        if audience.fallback.as_ref().is_some_and(|fallback| fallback.email.is_none()) {
            self.message = Some(Hindrance::Nobody);
            return;
        }
        self.promised = audience.recipients;
        self.front = Some(Front::Send(Confirm::send_notice(self.subject.text().trim(), audience)));
    }

    fn sent(&mut self, answered: Answered) -> ComposeOutcome {
        match answered {
            Answered::NotYet => ComposeOutcome::Stay,
            Answered::No => {
                self.front = None;
                ComposeOutcome::Stay
            }
            Answered::Yes => {
                self.front = None;
                self.waiting = Waiting::Sent;
                ComposeOutcome::Send { form: self.written(), key: self.key.text() }
            }
        }
    }

    fn preview(&mut self, look: Look<'_>) -> ComposeOutcome {
        self.message = None;
        if !self.is_right(look.catalogue) {
            return ComposeOutcome::Stay;
        }
        self.front = Some(Front::Preview(Preview::new(look.language)));
        ComposeOutcome::AskPreview { form: self.written(), language: look.language }
    }

    fn follow_preview(&mut self, outcome: PreviewOutcome) -> ComposeOutcome {
        match outcome {
            PreviewOutcome::Stay => ComposeOutcome::Stay,
            PreviewOutcome::Close => {
                self.front = None;
                ComposeOutcome::Stay
            }
            PreviewOutcome::Ask(language) => ComposeOutcome::AskPreview { form: self.written(), language },
        }
    }

    fn close(&mut self) -> ComposeOutcome {
        if self.subject.is_empty() && self.body.is_empty() {
            return ComposeOutcome::Close;
        }
        self.front = Some(Front::Leave(Confirm::leave_notice()));
        ComposeOutcome::Stay
    }

    fn left(&mut self, answered: Answered) -> ComposeOutcome {
        match answered {
            Answered::NotYet => ComposeOutcome::Stay,
            Answered::Yes => ComposeOutcome::Close,
            Answered::No => {
                self.front = None;
                ComposeOutcome::Stay
            }
        }
    }

    fn wrong(&self, catalogue: &Catalogue) -> Vec<NoticeProblem> {
        notice::check(&self.written(), catalogue).err().unwrap_or_default()
    }

    fn focus_first_problem(&mut self) {
        self.focus = match self.problems.first().map(|problem| problem.field) {
            Some(NoticeField::MessageType) => Focus::Type,
            Some(NoticeField::Subject) => Focus::Subject,
            Some(NoticeField::Body) => Focus::Body,
            None => self.focus,
        };
    }
}

impl Key {
    fn text(&self) -> String {
        format!("{}-{}", self.base, self.number)
    }
}

/// All types as entries of the list.
fn entries(catalogue: &Catalogue, language: Language) -> Vec<(String, Entry)> {
    let mut entries = Vec::new();
    for category in catalogue.categories() {
        for known in &category.types {
            let titles = [&category.title, &known.title];
            let more = Language::ALL.map(|language| titles.map(|title| title.get(language)).join(" "));
            let entry = Entry {
                group: safe(category.title.get(language)).into_owned(),
                title: safe(known.title.get(language)).into_owned(),
                note: safe(&known.id).into_owned(),
                more: more.join(" "),
            };
            entries.push((known.id.clone(), entry));
        }
    }
    entries
}
