//! Draws the import.
//!
//! ```text
//! ┌ Import · staff.csv ──────────────────────────────────────────────┐
//! │ 3 rows: 1 added, 1 changed, 0 unchanged, 1 refused                │
//! │ LINE  RESULT     EMAIL                WHY                         │
//! │▸  2  added      xiaoming@example.cn                               │
//! │   3  refused    bob.example.org      email: an address has one @… │
//! │                                                                   │
//! │ line 3: email: an address has one @; this one has none            │
//! │ [ ] send verification mails now  1 of 1 new contact gets one      │
//! │ [ Import the 2 good ]  [ Close ]                                  │
//! └─────────────────────────────────────────────────────── 1–2 of 2 ──┘
//! ```
//!
//! Where rows are few, the words about the row under the cursor go before the list, and the heads before the words.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use super::report::{Button, ReportPane};
use super::{FORMATS, Focus, ImportDialog, Stage, Way};
use crate::domain::columns::{clip, pad, width};
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{Say, clauses, counted, say};
use crate::domain::subscription::BoxState;
use crate::operations::import::{Fate, ReportRow, Summary};
use crate::tui::look::Look;
use crate::tui::screens::export::{endings, format_name};
use crate::tui::spoken;
use crate::tui::theme::Role;
use crate::tui::widgets::check_box::{self, Focus as WidgetFocus};
use crate::tui::widgets::dialog::Buttons;
use crate::tui::widgets::work::{self, Work};
use crate::tui::widgets::wrapped_text::wrap;
use crate::tui::widgets::{beside, dialog, first_rows, row, skip_rows, write};

/// The widest that the dialog becomes, borders included: while a file is named, and with the report.
const COLUMNS: u16 = 76;
const REPORT_COLUMNS: u16 = 116;
/// Columns before the fields.
const LABELS: u16 = 10;
/// Columns of the drop-down.
const LIST: u16 = 28;
/// Columns of what became of a row.
const FATE: usize = 9;
/// The widest that an address becomes.
const EMAIL: usize = 36;
/// From this width on there is room for reasons beside the rows.
const ROOMY: usize = 64;
/// From these heights inside the borders on there is room for the heads of columns, for what is said of the file, and for blanks.
const HEADS: usize = 9;
const TALL: usize = 13;
const AMPLE: usize = 22;

/// What is done with the file.
#[derive(Debug, Clone, Copy)]
enum Doing {
    Checking,
    Importing,
}

impl ImportDialog {
    /// Draws the dialog in the middle of `area`, with the question in front of it. Returns the cursor's place.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        match &self.stage {
            Stage::File => self.draw_form(area, buf, look),
            Stage::Trial(way) => self.draw_way(Doing::Checking, *way, area, buf, look),
            Stage::Real(way, _) => self.draw_way(Doing::Importing, *way, area, buf, look),
            Stage::Told(told) => {
                let told: Vec<(String, Role)> =
                    told.iter().map(|(words, role)| (words.say(look.language), *role)).collect();
                work::draw_told(area, buf, look, say!(look.language, "Import"), &told)
            }
            Stage::Report(pane) => {
                let title =
                    format!("{}{}{}", say!(look.language, "Import"), look.separator(), self.file_name());
                let cursor = draw_report(pane, &title, area, buf, look);
                match &self.question {
                    Some(question) => question.draw(area, buf, look),
                    None => cursor,
                }
            }
        }
    }

    fn draw_way(
        &self,
        doing: Doing,
        way: Way,
        area: Rect,
        buf: &mut Buffer,
        look: Look<'_>,
    ) -> Option<Position> {
        let Way { pace, is_ending } = way;
        let (language, file) = (look.language, self.file_name());
        let rows = counted!(language, pace.done, "{count} row", "{count} rows", count = pace.done);
        // The file may be read before its last rows are checked and written.
        let words = match (doing, pace.permille) {
            (Doing::Checking, Some(1000)) => {
                say!(language, "Checking '{file}': {rows}; the last ones", file, rows)
            }
            (Doing::Checking, Some(_) | None) => say!(language, "Checking '{file}': {rows}", file, rows),
            (Doing::Importing, Some(1000)) => {
                say!(language, "Importing '{file}': {rows}; the last ones", file, rows)
            }
            (Doing::Importing, Some(_) | None) => say!(language, "Importing '{file}': {rows}", file, rows),
        };
        let work =
            Work { title: say!(language, "Import"), words: &words, permille: pace.permille, is_ending };
        work::draw_work(area, buf, look, work)
    }

    fn draw_form(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let columns = COLUMNS.min(area.width);
        let words = usize::from(columns).saturating_sub(6 + usize::from(LABELS));
        let message = self
            .message
            .as_ref()
            .map(|message| wrap(&look.wrong(&message.say(look.language)), words))
            .unwrap_or_default();
        let blank = usize::from(message.len() + 7 <= usize::from(area.height));
        let labels = vec![say!(look.language, "Check").to_owned(), say!(look.language, "Cancel").to_owned()];
        let focused = [Focus::Ok, Focus::Cancel].iter().position(|focus| *focus == self.focus);
        let buttons = Buttons::new(labels, focused.unwrap_or(usize::MAX));
        let button_rows = buttons.rows(words, look.marks);
        let rows = message.len() + blank + 3 + button_rows;
        let place = dialog::centred(look.marks, area, columns, u16::try_from(rows + 2).unwrap_or(u16::MAX));
        let inner = dialog::open(place, buf, look, say!(look.language, "Import"));
        let fields = beside(inner, LABELS);
        let file = dialog::label(row(inner, 0), buf, look, say!(look.language, "File"), LABELS);
        let mut cursor = self.file.draw_in_form(file, buf, look, self.widget_focus(Focus::File));
        let note =
            clip(&self.file_note(look.language), fields.width.into(), look.marks.ellipsis()).into_owned();
        write(row(fields, 1), buf, Span::styled(note, look.style(Role::Hint)));
        let list = dialog::label(row(inner, 2), buf, look, say!(look.language, "Format"), LABELS);
        let list = Rect { width: LIST.min(list.width), ..list };
        cursor = self.format.draw(list, buf, look, self.widget_focus(Focus::Format)).or(cursor);
        // Where there is little room, the buttons and the beginning of the message stay.
        let room = usize::from(inner.height).saturating_sub(3 + button_rows).min(message.len() + blank);
        let words = first_rows(skip_rows(fields, 3), room);
        dialog::draw_lines(words, buf, &message, look.style(Role::Problem));
        let drawn = buttons.draw(skip_rows(fields, 3 + room), buf, look);
        cursor = drawn.filter(|_| focused.is_some()).or(cursor);
        self.format.draw_list(list, area, buf, look).or(cursor)
    }

    /// What the name means.
    fn file_note(&self, language: Language) -> String {
        if self.file.text().trim().is_empty() {
            return say!(language, "nothing is written before you have seen what would happen").to_owned();
        }
        let by_ending = FORMATS.get(self.format.chosen()).is_none_or(Option::is_none);
        match self.chosen_format() {
            None => endings().say(language),
            Some(format) => {
                let path = self.path();
                let folder = path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
                let folder = safe(&folder);
                if by_ending {
                    say!(language, "{format}, in {folder}", format = format_name(format), folder)
                } else {
                    say!(language, "in {folder}", folder)
                }
            }
        }
    }

    fn widget_focus(&self, focus: Focus) -> WidgetFocus {
        if self.focus == focus { WidgetFocus::Here } else { WidgetFocus::Elsewhere }
    }
}

/// What stands where in the report, in rows.
pub(super) struct Layout {
    place: Rect,
    counts: Vec<String>,
    notes: Vec<(String, Role)>,
    heads: usize,
    pub(super) list: usize,
    words: usize,
    boxed: usize,
    mails: Vec<String>,
    buttons: Buttons,
    button_rows: usize,
    blank: usize,
}

impl Layout {
    pub(super) fn of(pane: &ReportPane, area: Rect, look: Look<'_>) -> Self {
        let columns = REPORT_COLUMNS.min(area.width);
        let within = dialog::inside(Rect { width: columns, ..area });
        let (columns_inside, height) = (usize::from(within.width), usize::from(within.height));
        let mut counts = wrap(&count_words(pane, look.language), columns_inside);
        if counts.len() > 1 && height < HEADS {
            counts = wrap(&short_count_words(pane, look.language), columns_inside);
        }
        counts.truncate(2);
        let buttons = buttons(pane, look.language);
        let button_rows = buttons.rows(columns_inside, look.marks);
        let boxed = usize::from(pane.has_new());
        let is_tall = height >= TALL;
        let mails = mail_words(pane, look).filter(|_| is_tall);
        let mut mails = mails.map(|words| wrap(&words, columns_inside.saturating_sub(4))).unwrap_or_default();
        mails.truncate(2);
        let notes = notes(pane, columns_inside, if is_tall { 4 } else { 1 }, look.language);
        let heads = usize::from(height >= HEADS);
        let blank = usize::from(height >= AMPLE);
        let fixed = counts.len() + notes.len() + heads + boxed + mails.len() + button_rows + 2 * blank;
        let left = height.saturating_sub(fixed);
        let wanted = match height {
            _ if pane.report().rows.iter().all(|row| row.why.is_empty()) => 0,
            TALL.. => 3,
            HEADS.. => 2,
            _ => 1,
        };
        let words = wanted.min(left.saturating_sub(1));
        let list = (left - words).min(pane.report().rows.len().max(1));
        let rows = fixed + words + list;
        let place = dialog::centred(look.marks, area, columns, u16::try_from(rows + 2).unwrap_or(u16::MAX));
        Self { place, counts, notes, heads, list, words, boxed, mails, buttons, button_rows, blank }
    }
}

fn draw_report(
    pane: &ReportPane,
    title: &str,
    area: Rect,
    buf: &mut Buffer,
    look: Look<'_>,
) -> Option<Position> {
    let layout = Layout::of(pane, area, look);
    let inner = dialog::open(layout.place, buf, look, title);
    let mut left = inner;
    let mut take = |rows: usize| {
        let taken = first_rows(left, rows);
        left = skip_rows(left, rows);
        taken
    };
    dialog::draw_lines(take(layout.counts.len()), buf, &layout.counts, look.style(Role::Text));
    let notes = take(layout.notes.len());
    for (index, (text, role)) in layout.notes.iter().enumerate() {
        write(row(notes, index), buf, Span::styled(text.as_str(), look.style(*role)));
    }
    take(layout.blank);
    let columns = Columns::of(pane, inner.width.into());
    let heads = columns.line(
        [
            say!(look.language, "LINE"),
            say!(look.language, "RESULT"),
            say!(look.language, "EMAIL"),
            say!(look.language, "WHY"),
        ],
        "",
        look,
    );
    let heads = if look.marks.is_spoken() { String::new() } else { heads };
    write(take(layout.heads), buf, Span::styled(heads, look.style(Role::Header)));
    let list = take(layout.list);
    let on_row = draw_rows(pane, &columns, list, buf, look);
    let words = take(layout.words);
    if let Some(current) = pane.row(pane.cursor()) {
        let lines = reason_lines(current, words, look);
        dialog::draw_lines(words, buf, &lines, look.style(word_role(current)));
    }
    take(layout.blank);
    let boxed = take(layout.boxed);
    let state = if pane.sends() { BoxState::All } else { BoxState::None };
    check_box::draw(
        boxed,
        buf,
        look,
        state,
        say!(look.language, "send verification mails now"),
        "",
        WidgetFocus::Elsewhere,
    );
    let mails = take(layout.mails.len());
    dialog::draw_lines(beside(mails, 4), buf, &layout.mails, look.style(Role::Dim));
    let on_button = layout.buttons.draw(take(layout.button_rows), buf, look);
    dialog::foot(layout.place, buf, look, &foot(pane, list.height.into(), look));
    if pane.is_on_buttons() { on_button.or(on_row) } else { on_row.or(on_button) }
}

fn draw_rows(
    pane: &ReportPane,
    columns: &Columns,
    list: Rect,
    buf: &mut Buffer,
    look: Look<'_>,
) -> Option<Position> {
    if pane.len() == 0 {
        write(list, buf, Span::styled(say!(look.language, "No row has a problem."), look.style(Role::Good)));
        return None;
    }
    let top = pane.top(list.height.into());
    let mut cursor = None;
    for index in 0..usize::from(list.height) {
        let at = row(list, index);
        let Some(told) = pane.row(top + index) else { break };
        let is_current = top + index == pane.cursor();
        let mark = if is_current { look.marks.cursor() } else { " " };
        let line = told.line.to_string();
        let (fate, why) = (fate_words(told.fate, look.language), why(told, look.language));
        let text = if look.marks.is_spoken() {
            clip(&spoken_row(told, fate, &why, look), at.width.into(), look.marks.ellipsis()).into_owned()
        } else {
            columns.line([&line, fate, &told.email, &why], mark, look)
        };
        let role = if is_current { Role::SelectedRow } else { row_role(told) };
        if is_current {
            buf.set_style(at, look.style(role));
            cursor = (!at.is_empty()).then_some(Position { x: at.x, y: at.y });
        }
        write(at, buf, Span::styled(text, look.style(role)));
    }
    cursor
}

/// A row in one line, labels before values.
fn spoken_row(told: &ReportRow, fate: &str, why: &str, look: Look<'_>) -> String {
    let language = look.language;
    let facts = [
        (say!(language, "Line"), told.line.to_string()),
        (say!(language, "Result"), fate.to_owned()),
        (say!(language, "Email"), told.email.clone()),
        (say!(language, "Reason"), why.to_owned()),
    ];
    spoken::line(language, facts)
}

/// The widths of the columns; 0 for one that is not shown.
struct Columns {
    line: usize,
    email: usize,
    why: usize,
}

impl Columns {
    fn of(pane: &ReportPane, columns: usize) -> Self {
        let last = pane.report().rows.last().map_or(0, |row| row.line);
        let line = last.to_string().len().max(4);
        let rest = columns.saturating_sub(1 + line + 2 + FATE + 1);
        let email = if columns >= ROOMY { EMAIL.min(rest / 2) } else { rest };
        Self { line, email, why: rest.saturating_sub(email + 2) }
    }

    fn line(&self, [line, fate, email, why]: [&str; 4], mark: &str, look: Look<'_>) -> String {
        let cut = look.marks.ellipsis();
        let mark = if mark.is_empty() { " " } else { mark };
        let fate = pad(fate, FATE, cut);
        let before = " ".repeat(self.line.saturating_sub(width(line)));
        let mut text = format!("{mark}{before}{line}  {fate} ");
        if self.why == 0 {
            text.push_str(&clip(email, self.email, cut));
        } else {
            text.push_str(&pad(email, self.email, cut));
            text.push_str("  ");
            text.push_str(&clip(why, self.why, cut));
        }
        text.trim_end().to_owned()
    }
}

fn row_role(told: &ReportRow) -> Role {
    match told.fate {
        Fate::Refused => Role::Bad,
        Fate::Added | Fate::Changed | Fate::Unchanged if told.is_problem() => Role::Warning,
        Fate::Added | Fate::Changed => Role::Text,
        Fate::Unchanged => Role::Dim,
    }
}

/// Why the row is refused or should be looked at, as much as fits into `area`.
fn reason_lines(told: &ReportRow, area: Rect, look: Look<'_>) -> Vec<String> {
    if told.why.is_empty() {
        return Vec::new();
    }
    let (columns, rows) = (usize::from(area.width), usize::from(area.height));
    let mut lines = wrap(
        &say!(look.language, "line {line}: {why}", line = told.line, why = why(told, look.language)),
        columns,
    );
    if lines.len() > rows {
        lines.truncate(rows);
        if let Some(last) = lines.last_mut() {
            let mark = look.marks.ellipsis();
            *last = clip(&format!("{last} {mark}"), columns, mark).into_owned();
        }
    }
    lines
}

fn word_role(told: &ReportRow) -> Role {
    if told.fate == Fate::Refused { Role::Problem } else { Role::Warning }
}

fn count_words(pane: &ReportPane, language: Language) -> String {
    let Summary { added, changed, unchanged, refused, .. } = pane.report().summary;
    let all = pane.report().all();
    let rows = counted!(language, all, "{count} row", "{count} rows", count = all);
    let counts = say!(
        language,
        "{rows}: {added} added, {changed} changed, {unchanged} unchanged, {refused} refused",
        rows,
        added,
        changed,
        unchanged,
        refused
    );
    match pane.report().warned {
        0 => counts,
        warned => say!(language, "{counts}, {warned} with a warning", counts, warned),
    }
}

fn short_count_words(pane: &ReportPane, language: Language) -> String {
    let Summary { added, changed, refused, .. } = pane.report().summary;
    say!(language, "{added} added, {changed} changed, {refused} refused", added, changed, refused)
}

/// What is said of a row, as one text.
fn why(told: &ReportRow, language: Language) -> String {
    clauses(language, told.why.iter().map(|why| why.say(language)))
}

const fn fate_words(fate: Fate, language: Language) -> &'static str {
    match language {
        Language::En => fate.id(),
        Language::ZhCn => match fate {
            Fate::Added => "新增",
            Fate::Changed => "变更",
            Fate::Unchanged => "无变化",
            Fate::Refused => "被拒绝",
        },
    }
}

/// What is said of the file as a whole, at most `most` lines; what went wrong first.
fn notes(pane: &ReportPane, columns: usize, most: usize, language: Language) -> Vec<(String, Role)> {
    let report = pane.report();
    let mut notes = Vec::new();
    let mut note = |text: &str, role: Role| {
        notes.extend(wrap(text, columns).into_iter().map(|line| (line, role)));
    };
    if let Some(message) = pane.message() {
        note(&message.say(language), Role::Problem);
    } else if most == 1 {
        return notes;
    }
    let good = report.summary.added + report.summary.changed;
    if report.summary.refused > 0 && good > 0 && pane.message().is_none() {
        note(say!(language, "Refused rows would be left out, and the others imported together."), Role::Dim);
    } else if good == 0 {
        note(say!(language, "Nothing would change."), Role::Dim);
    }
    for remark in &report.remarks {
        note(&sentence(&remark.say(language), language), Role::Warning);
    }
    notes.truncate(most);
    notes
}

fn sentence(words: &str, language: Language) -> String {
    let mut characters = words.chars();
    let first: String = characters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    say!(language, "{sentence}.", sentence = format!("{first}{}", characters.as_str()))
}

/// How many codes go, and what holds back the others.
fn mail_words(pane: &ReportPane, look: Look<'_>) -> Option<String> {
    let Summary { added, codes, held, .. } = &pane.report().summary;
    if !pane.has_new() {
        return None;
    }
    let language = look.language;
    Some(match held {
        None => counted!(
            language,
            *added,
            "{count} new contact: gets a code",
            "{count} new contacts: each gets a code",
            count = added
        ),
        Some((_, limit)) => counted!(
            language,
            *added,
            "{codes} of {count} new contact get a code now; {why}",
            "{codes} of {count} new contacts get a code now; {why}",
            codes,
            count = added,
            why = limit.words(look.now)
        ),
    })
}

fn buttons(pane: &ReportPane, language: Language) -> Buttons {
    let good = pane.report().summary.added + pane.report().summary.changed;
    let label = |button: &Button| match button {
        Button::All => say!(language, "Import all {good}", good),
        Button::Good => say!(language, "Import the {good} good", good),
        Button::Close => say!(language, "Close").to_owned(),
    };
    Buttons::new(pane.buttons().iter().map(label).collect(), pane.focused())
}

/// Which rows are seen.
fn foot(pane: &ReportPane, rows: usize, look: Look<'_>) -> String {
    let language = look.language;
    let (all, top) = (pane.len(), pane.top(rows));
    if all == 0 {
        return say!(language, "problems only").to_owned();
    }
    let (first, last) = (top + 1, (top + rows).min(all));
    let which = if pane.only_problems() {
        say!(language, "problems only, {first}-{last} of {all}", first, last, all)
    } else {
        let which = say!(language, "{first}-{last} of {all}", first, last, all);
        if look.marks.is_spoken() {
            format!("{}{which}", look.label(say!(language, "Lines"), 0))
        } else {
            which
        }
    };
    match pane.report().unlisted {
        0 => which,
        unlisted => say!(language, "{rows}, {count} more are only counted", rows = which, count = unlisted),
    }
}
