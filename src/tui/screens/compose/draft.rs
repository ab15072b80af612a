//! A notice that is kept in case that the program ends, and opened again.

use super::{BODY_FIELD, ComposeDialog, Who};
use crate::domain::catalogue::Catalogue;
use crate::domain::language::Language;
use crate::tui::draft::{Draft, Form, Texts};
use crate::tui::widgets::text_area::TextArea;

impl ComposeDialog {
    /// What a draft has, under the key that it began with: what was queued then is not queued again.
    #[must_use]
    pub fn again(draft: &Draft, key: String, number: u32, catalogue: &Catalogue, language: Language) -> Self {
        let mut dialog = Self::new(catalogue, language, key);
        dialog.key.number = number;
        dialog.subject.set(draft.text("subject"));
        dialog.body = TextArea::new(draft.text("body"), BODY_FIELD);
        if let Some(index) = dialog.types.iter().position(|id| id == draft.text("type")) {
            dialog.list.pick(index);
            dialog.who = Who::Asked;
        }
        dialog
    }

    /// What is to be kept in case that the program ends.
    #[must_use]
    pub fn draft(&self) -> Option<Draft> {
        if self.subject.is_empty() && self.body.is_empty() {
            return None;
        }
        let now = Texts::of([
            ("type", self.message_type().unwrap_or_default()),
            ("subject", self.subject.text()),
            ("body", self.body.text()),
        ]);
        let form = Form::Notice { key: self.key.base.clone(), number: self.key.number };
        Some(Draft { form, before: Texts::default(), now })
    }
}
