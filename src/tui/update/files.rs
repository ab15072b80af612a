//! Export and import: what their dialogs want, and what became of it.

use std::sync::Arc;

use crate::operations::import::Report;
use crate::tui::draft::Draft;
use crate::tui::effect::{Effect, Pace, Question, Refused, Request};
use crate::tui::model::{Model, Overlay};
use crate::tui::plan::Plan;
use crate::tui::screens::export::{ExportDialog, ExportOutcome, Listed};
use crate::tui::screens::import::{ImportDialog, ImportOutcome};

pub(super) fn open_export(model: &mut Model) {
    let dialog = export(model);
    model.overlays.push(Overlay::Export(Box::new(dialog)));
}

/// The export that a draft has.
pub(super) fn export_again(model: &Model, draft: &Draft) -> Overlay {
    let mut dialog = export(model);
    dialog.restore(draft);
    Overlay::Export(Box::new(dialog))
}

fn export(model: &Model) -> ExportDialog {
    let listed = Listed {
        filter: model.contacts.query().filter,
        selected: Arc::clone(model.contacts.picked()),
        all: model.totals.as_ref().map(|totals| totals.contacts),
        matching: model.contacts.matching(),
    };
    ExportDialog::new(model.fixed.places.clone(), listed, model.fixed.language)
}

pub(super) fn open_import(model: &mut Model) {
    let dialog = ImportDialog::new(model.fixed.places.clone(), model.fixed.language);
    model.overlays.push(Overlay::Import(Box::new(dialog)));
}

/// The import that a draft has.
pub(super) fn import_again(model: &Model, draft: &Draft) -> Overlay {
    let mut dialog = ImportDialog::new(model.fixed.places.clone(), model.fixed.language);
    dialog.restore(draft);
    Overlay::Import(Box::new(dialog))
}

/// Does what the export wants.
pub(super) fn follow_export(model: &mut Model, outcome: ExportOutcome, plan: &mut Plan) {
    match outcome {
        ExportOutcome::Stay => {}
        ExportOutcome::Close => {
            model.overlays.pop();
        }
        ExportOutcome::Cancel => cancel(model, plan),
        ExportOutcome::Export { target, scope, format, existing } => {
            let question = Question::Export { target, scope, format, existing };
            model.pending.dialog = Some(plan.ask(question));
        }
    }
}

/// Does what the import wants.
pub(super) fn follow_import(model: &mut Model, outcome: ImportOutcome, plan: &mut Plan) {
    match outcome {
        ImportOutcome::Stay => {}
        ImportOutcome::Close => {
            model.overlays.pop();
        }
        ImportOutcome::Cancel => cancel(model, plan),
        ImportOutcome::Import { file, options, stamp } => {
            model.pending.dialog = Some(plan.ask(Question::Import { file, options, stamp }));
        }
    }
}

/// Takes how far it is.
pub(super) fn progress(model: &mut Model, request: Request, pace: Pace) {
    if model.pending.dialog != Some(request) {
        return;
    }
    for overlay in &mut model.overlays {
        if let Overlay::Export(dialog) = overlay {
            dialog.progress(pace);
        } else if let Overlay::Import(dialog) = overlay {
            dialog.progress(pace);
        }
    }
}

/// Takes how many contacts match the filter.
pub(super) fn counted(model: &mut Model) {
    let Some(matching) = model.contacts.matching() else { return };
    for overlay in &mut model.overlays {
        if let Overlay::Export(dialog) = overlay {
            dialog.counted(matching);
        }
    }
}

/// Takes what became of an import; the list is loaded anew if it has changed it.
pub(super) fn imported(model: &mut Model, at: usize, result: Result<Box<Report>, Refused>, plan: &mut Plan) {
    let is_applied = result.as_ref().is_ok_and(|report| report.summary.is_applied);
    let has_mail = result.as_ref().is_ok_and(|report| !report.summary.queued.is_empty());
    let to_files = super::answers::goes_to_file(model);
    if let Some(Overlay::Import(dialog)) = model.overlays.get_mut(at) {
        dialog.ended(result.map(|report| *report), to_files, model.now);
    }
    if has_mail {
        plan.add(Effect::WakeSender);
    }
    if is_applied {
        super::refresh(model, &[], plan);
    }
}

fn cancel(model: &Model, plan: &mut Plan) {
    if let Some(request) = model.pending.dialog {
        plan.add(Effect::StopWork { request });
    }
}
