//! The columns of the matrix: categories, the types of the one that is open, their heads, and which of them are seen at a width.
//!
//! ```text
//!    Name         ←1 3→  Product │ Education  Activation  Expiration │ Security
//!    └ name ┘            └ category that is open, and its types      ┘
//! ```
//!
//! Widths depend on the catalogue and the width of the place only, never on the rows, so nothing shifts while scrolling.

use std::collections::HashMap;

use crate::domain::catalogue::{Catalogue, Category, MessageType};
use crate::domain::columns::{clip, width};
use crate::domain::language::Language;
use crate::tui::look::Look;

/// Columns before the name: the mark of the cursor and the mark of what is selected.
pub(super) const MARGIN: usize = 2;

/// Columns behind the name: a gap and the mark of the address's status.
pub(super) const STATUS: usize = 2;

/// From this width on heads may be long and stand apart.
const ROOMY: usize = 60;

/// The widest and the narrowest column; `0 !→sec` fits into both.
const WIDEST: usize = 10;
const NARROWEST: usize = 7;

/// The widest gap between columns.
const WIDEST_GAP: usize = 6;

/// The least that names get where there is room.
const LEAST_NAME: usize = 15;

/// The widest name, of twenty wide characters.
const WIDEST_NAME: usize = 40;

/// A category, or a type of the category that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column<'a> {
    pub category: &'a Category,
    pub kind: Option<&'a MessageType>,
}

/// A column where it is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place<'a> {
    pub column: Column<'a>,
    /// Which of all columns it is.
    pub index: usize,
    pub head: String,
    /// Columns of the screen from the left side of the place on.
    pub x: usize,
    pub width: usize,
    /// Where a rule stands before it: the open category begins, or the next one.
    pub rule: Option<usize>,
}

/// The columns that are seen at a width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grid<'a> {
    /// The width of names.
    pub name: usize,
    pub places: Vec<Place<'a>>,
    /// A rule behind the last column, if the open category ends there.
    pub last_rule: Option<usize>,
    /// How many columns are out of sight at the left and at the right.
    pub before: usize,
    pub after: usize,
}

impl<'a> Column<'a> {
    /// The id of the category or type.
    pub(super) fn id(self) -> &'a str {
        self.kind.map_or(&self.category.id, |kind| &kind.id)
    }

    /// The whole title.
    pub(super) fn title(self, language: Language) -> &'a str {
        self.kind.map_or(&self.category.title, |kind| &kind.title).get(language)
    }
}

/// All columns, from left to right.
pub(super) fn columns(catalogue: &Catalogue, open: Option<usize>) -> Vec<Column<'_>> {
    let mut columns = Vec::new();
    for (index, category) in catalogue.categories().iter().enumerate() {
        columns.push(Column { category, kind: None });
        if open == Some(index) {
            columns.extend(category.types.iter().map(|kind| Column { category, kind: Some(kind) }));
        }
    }
    columns
}

impl<'a> Grid<'a> {
    /// What is seen of `columns` at `room` columns of the screen, from the column `first` on, or from a later or earlier one so that
    /// `cursor` is seen.
    pub(super) fn of(
        columns: &[Column<'a>],
        room: usize,
        first: usize,
        cursor: usize,
        look: &Look<'_>,
    ) -> Self {
        let measures = Measures::of(columns, room, look);
        let first = measures.first(first, cursor);
        let mut places = Vec::new();
        let mut x = MARGIN + measures.name + STATUS;
        let mut last_rule = None;
        for (index, column) in columns.iter().enumerate().skip(first) {
            let rule = measures.rules[index].then_some(x + measures.gap / 2);
            let start = x + measures.before(index);
            let end = start + measures.widths[index];
            if end > room && !places.is_empty() {
                break;
            }
            let head = measures.heads[index].clone();
            places.push(Place {
                column: *column,
                index,
                head,
                x: start,
                width: measures.widths[index],
                rule,
            });
            x = end;
        }
        let after = columns.len() - first - places.len();
        let is_open_at_the_end = columns.last().is_some_and(|column| column.kind.is_some());
        let behind = x + 1;
        if after == 0 && is_open_at_the_end && behind < room {
            last_rule = Some(behind);
        }
        Self { name: measures.name, places, last_rule, before: first, after }
    }

    /// The first column that is seen.
    pub(super) const fn first(&self) -> usize {
        self.before
    }
}

/// How wide everything is.
struct Measures {
    name: usize,
    gap: usize,
    heads: Vec<String>,
    widths: Vec<usize>,
    /// Whether a rule stands before the column.
    rules: Vec<bool>,
    /// What is left for columns.
    room: usize,
}

impl Measures {
    fn of(columns: &[Column<'_>], room: usize, look: &Look<'_>) -> Self {
        let (widest, gap) = if room < ROOMY { (NARROWEST, 1) } else { (WIDEST, 2) };
        let heads = heads(columns, widest, look);
        let widths: Vec<usize> = heads.iter().map(|head| width(head).clamp(NARROWEST, widest)).collect();
        let is_edge = |index: usize| {
            let is_open = |column: &Column<'_>| column.kind.is_some();
            let begins = columns[index].kind.is_none() && columns.get(index + 1).is_some_and(is_open);
            let ends = columns[index].kind.is_none() && index > 0 && is_open(&columns[index - 1]);
            begins || ends
        };
        let rules: Vec<bool> = (0..columns.len()).map(is_edge).collect();
        let edges = rules.iter().filter(|rule| **rule).count();
        let count = columns.len().max(1);
        // A rule behind the last column needs more than a blank before the border.
        let is_open_at_the_end = columns.last().is_some_and(|column| column.kind.is_some());
        let end = if is_open_at_the_end { 2 } else { 1 };
        let inside = room.saturating_sub(MARGIN + STATUS + end);
        let bare: usize = widths.iter().sum::<usize>() + edges;
        // Names get what the columns leave, but never too little; then the columns stand apart.
        let least = (inside * 3 / 10).clamp(8.min(inside), LEAST_NAME);
        let free = inside.saturating_sub(bare + gap * count);
        let name = free.clamp(least, WIDEST_NAME.min(least.max(inside / 3)));
        let gap = (inside.saturating_sub(bare + name) / count).clamp(gap, WIDEST_GAP.max(gap));
        let gap = if room < ROOMY { 1 } else { gap };
        Self { name, gap, heads, widths, rules, room: inside.saturating_sub(name) }
    }

    /// What stands before a column: the gap, wider where there is a rule in it.
    fn before(&self, index: usize) -> usize {
        self.gap + usize::from(self.rules[index])
    }

    fn columns(&self, from: usize, to: usize) -> usize {
        (from..=to).map(|index| self.before(index) + self.widths[index]).sum()
    }

    /// The first column that is seen, so that the one under the cursor is, and where there is more at the right its neighbour too.
    fn first(&self, wanted: usize, cursor: usize) -> usize {
        let last = self.widths.len().saturating_sub(1);
        let cursor = cursor.min(last);
        let mut first = wanted.min(cursor);
        let neighbour = (cursor + 1).min(last);
        while first < cursor && self.columns(first, neighbour) > self.room {
            first += 1;
        }
        // No column is left out at the left for which there is room.
        while first > 0 && self.columns(first - 1, last) <= self.room {
            first -= 1;
        }
        first
    }
}

/// The heads of a category's types.
pub(super) fn type_heads(category: &Category, look: &Look<'_>) -> Vec<String> {
    let types: Vec<Column<'_>> =
        category.types.iter().map(|kind| Column { category, kind: Some(kind) }).collect();
    heads(&types, WIDEST, look)
}

/// Heads that fit into `widest` and can be told apart.
fn heads(columns: &[Column<'_>], widest: usize, look: &Look<'_>) -> Vec<String> {
    let cut = look.marks.ellipsis();
    let mut heads: Vec<String> = columns.iter().map(|column| head(*column, widest, look)).collect();
    // Types stand between rules: they are told apart from each other, not from categories.
    let kind = |column: &Column<'_>| column.kind.is_some();
    let mut seen: HashMap<(bool, String), usize> = HashMap::new();
    for (head, column) in heads.iter().zip(columns) {
        *seen.entry((kind(column), head.clone())).or_default() += 1;
    }
    let mut taken: HashMap<(bool, String), usize> = HashMap::new();
    for (head, column) in heads.iter_mut().zip(columns) {
        if seen.get(&(kind(column), head.clone())).is_some_and(|count| *count > 1) {
            *head = both_ends(column.title(look.language), widest, cut);
        }
        let times = taken.entry((kind(column), head.clone())).or_default();
        *times += 1;
        if *times > 1 {
            let number = times.to_string();
            *head = format!("{}{number}", clip(head, widest.saturating_sub(number.len()), ""));
        }
    }
    heads
}

/// The shortest words for a column that say enough: its title without what its category says already, or the last part of its id.
fn head(column: Column<'_>, widest: usize, look: &Look<'_>) -> String {
    let category = short(column.category.title.get(look.language));
    let Some(kind) = column.kind else {
        return clip(category, widest, look.marks.ellipsis()).into_owned();
    };
    let title = kind.title.get(look.language);
    let rest = title.strip_prefix(category).map(str::trim_start).filter(|rest| !rest.is_empty());
    let rest = capitalised(rest.unwrap_or(title));
    let spoken = match look.language {
        Language::En => kind.id.split_once('.').map(|(_, name)| capitalised(&name.replace('_', " "))),
        Language::ZhCn => None,
    };
    let candidates = [Some(title.to_owned()), Some(rest.clone()), spoken];
    let fitting = candidates.into_iter().flatten().find(|text| width(text) <= widest && width(text) > 2);
    fitting.unwrap_or_else(|| clip(&rest, widest, look.marks.ellipsis()).into_owned())
}

/// A category's title without the word that most of them have in common.
pub(super) fn short(title: &str) -> &str {
    let bare = title.strip_suffix(" Messages").or_else(|| title.strip_suffix("消息")).unwrap_or(title);
    if bare.is_empty() { title } else { bare }
}

/// The beginning and the end of a text that does not fit.
fn both_ends(text: &str, columns: usize, cut: &str) -> String {
    let tail_columns = columns / 2;
    let mut tail = text;
    while width(tail) > tail_columns {
        let mut characters = tail.chars();
        characters.next();
        tail = characters.as_str();
    }
    let head = clip(text, columns.saturating_sub(width(tail)), cut);
    if width(text) <= columns { text.to_owned() } else { format!("{head}{tail}") }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::widgets::test_look;

    fn heads_of(open: usize, language: Language) -> Vec<String> {
        let catalogue = Catalogue::built_in();
        let columns = columns(&catalogue, Some(open));
        heads(&columns, WIDEST, &Look { language, ..test_look() })
    }

    #[test]
    fn heads_are_short_and_say_enough() {
        assert_eq!(
            heads_of(1, Language::En)[..9],
            [
                "Account",
                "Product",
                "Education",
                "Activation",
                "Expiration",
                "Overdue",
                "Release",
                "Change",
                "Feature"
            ]
        );
        assert_eq!(heads_of(2, Language::En)[3..6], ["Cloud", "Content", "Account"]);
        assert_eq!(heads_of(5, Language::En)[6..], ["Contracts", "Billing", "Invoices"]);
        assert_eq!(heads_of(1, Language::ZhCn)[..5], ["账号", "产品", "使用指导", "创建或开通", "产品到期"]);
    }

    #[test]
    fn a_long_head_keeps_both_ends_where_another_begins_alike() {
        let own = r#"
            [[category]]
            id = "office"
            title = { en = "Office", zh-CN = "办公" }
            description = { en = "The building.", zh-CN = "办公楼。" }
            [[category.type]]
            id = "office.lost_badges_north"
            title = { en = "Lost badges, north", zh-CN = "工牌遗失(北区)" }
            [[category.type]]
            id = "office.lost_badges_south"
            title = { en = "Lost badges, south", zh-CN = "工牌遗失(南区)" }
            [[category.type]]
            id = "office.a"
            title = { en = "Lost badges, south", zh-CN = "工牌遗失(南区)" }
        "#;
        let catalogue = Catalogue::built_in().extended(own).unwrap();
        let columns = columns(&catalogue, Some(6));
        let heads = heads(&columns, 9, &test_look());
        assert_eq!(heads[7..], ["Lost…orth", "Lost…outh", "Lost…out2"]);
    }

    #[test]
    fn everything_fits_at_80_columns_and_nothing_moves_below() {
        let catalogue = Catalogue::built_in();
        let columns = columns(&catalogue, None);
        let grid = Grid::of(&columns, 78, 0, 5, &test_look());
        assert_eq!((grid.before, grid.after, grid.places.len()), (0, 0, 6));
        let narrow = Grid::of(&columns, 38, 0, 5, &test_look());
        assert_eq!((narrow.before, narrow.after), (3, 0));
    }

    #[test]
    fn rules_stand_around_the_category_that_is_open() {
        let catalogue = Catalogue::built_in();
        let columns = columns(&catalogue, Some(5));
        let grid = Grid::of(&columns, 120, 0, 5, &test_look());
        let ruled: Vec<usize> =
            grid.places.iter().filter(|place| place.rule.is_some()).map(|place| place.index).collect();
        assert_eq!(ruled, [5]);
        assert!(grid.last_rule.is_some());
    }

    proptest! {
        #[test]
        fn the_column_under_the_cursor_is_seen_and_nothing_overlaps(
            room in 0..200_usize, first in 0..20_usize, cursor in 0..20_usize, open in proptest::option::of(0..6_usize),
        ) {
            let catalogue = Catalogue::built_in();
            let columns = columns(&catalogue, open);
            let cursor = cursor.min(columns.len() - 1);
            let grid = Grid::of(&columns, room, first, cursor, &test_look());
            prop_assert!(grid.places.iter().any(|place| place.index == cursor));
            prop_assert_eq!(grid.before + grid.places.len() + grid.after, columns.len());
            let mut end = MARGIN + grid.name + STATUS;
            for place in &grid.places {
                prop_assert!(place.x > end && width(&place.head) <= place.width);
                prop_assert!(place.rule.is_none_or(|rule| rule >= end && rule < place.x));
                end = place.x + place.width;
            }
            prop_assert!(room < 38 || end <= room, "{} {}", end, room);
            let again = Grid::of(&columns, room, grid.first(), cursor, &test_look());
            prop_assert_eq!(again.first(), grid.first());
        }
    }
}
