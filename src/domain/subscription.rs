//! Subscriptions: which categories and types a contact wants. It knows the three states of a box and how a tick changes them.

use std::collections::BTreeSet;

use super::catalogue::{Catalogue, Category, category_of};

/// The categories and types a contact wants, by id. A category stands for all its types, future ones included.
/// Ids that the catalogue does not know (written by a newer version) are kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Subscriptions {
    ids: BTreeSet<String>,
}

/// What a category's box shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoxState {
    /// The category is subscribed: all types, future ones too.
    All,
    /// Some types are subscribed.
    Some,
    None,
}

impl BoxState {
    /// `[x]`, `[-]` or `[ ]`.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::All => "[x]",
            Self::Some => "[-]",
            Self::None => "[ ]",
        }
    }
}

impl Subscriptions {
    /// From ids as stored; types below a subscribed category are dropped, for the category says the same.
    #[must_use]
    pub fn from_ids(ids: impl IntoIterator<Item = String>) -> Self {
        let mut subscriptions = Self { ids: ids.into_iter().collect() };
        subscriptions.drop_implied();
        subscriptions
    }

    /// The ids in order, as stored and shown in JSON.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().map(String::as_str)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether a notice of this type is wanted.
    #[must_use]
    pub fn covers(&self, type_id: &str) -> bool {
        self.ids.contains(type_id) || self.ids.contains(category_of(type_id))
    }

    /// The state of a category's box.
    #[must_use]
    pub fn state(&self, category: &str) -> BoxState {
        if self.ids.contains(category) {
            return BoxState::All;
        }
        if self.ids.iter().any(|id| category_of(id) == category) { BoxState::Some } else { BoxState::None }
    }

    /// How many of the catalogue's categories are wanted, wholly or in part.
    #[must_use]
    pub fn categories_wanted(&self, catalogue: &Catalogue) -> usize {
        catalogue.categories().iter().filter(|category| self.state(&category.id) != BoxState::None).count()
    }

    /// Whether every category of the catalogue is wanted wholly.
    #[must_use]
    pub fn is_everything(&self, catalogue: &Catalogue) -> bool {
        catalogue.categories().iter().all(|category| self.state(&category.id) == BoxState::All)
    }

    /// Ticks a category's box: all becomes none; some and none become all.
    pub fn toggle_category(&mut self, category: &str) {
        match self.state(category) {
            BoxState::All => self.remove_category(category),
            BoxState::Some | BoxState::None => self.add(category),
        }
    }

    /// Ticks one type. Taken out of a subscribed category it leaves the other types; the last missing one makes the category
    /// subscribed again.
    pub fn toggle_type(&mut self, type_id: &str, catalogue: &Catalogue) {
        self.set(type_id, !self.covers(type_id), catalogue);
    }

    /// Subscribes to a category or type, or ends that. What is so already stays as it is; the last missing type makes its
    /// category subscribed, and a type taken out of a subscribed category leaves the other types.
    pub fn set(&mut self, id: &str, wanted: bool, catalogue: &Catalogue) {
        if !wanted {
            self.remove(id, catalogue);
        } else if !self.covers(id) {
            self.add(id);
            self.fold_complete(category_of(id), catalogue);
        }
    }

    /// Whether something in a category is wanted here that `before` did not want: the category itself or one of its types.
    #[must_use]
    pub fn adds_to(&self, category: &str, before: &Self) -> bool {
        self.ids.iter().any(|id| category_of(id) == category && !before.covers(id))
    }

    /// Subscribes to a category or type.
    pub fn add(&mut self, id: &str) {
        self.ids.insert(id.to_owned());
        self.drop_implied();
    }

    /// Ends the subscription to a category (with all its types) or to a type.
    pub fn remove(&mut self, id: &str, catalogue: &Catalogue) {
        let category = category_of(id);
        if id == category {
            self.remove_category(category);
            return;
        }
        if self.ids.remove(category) {
            let siblings = catalogue.category(category).map_or(&[][..], |category| &category.types);
            self.ids
                .extend(siblings.iter().filter(|sibling| sibling.id != id).map(|sibling| sibling.id.clone()));
        }
        self.ids.remove(id);
    }

    fn remove_category(&mut self, category: &str) {
        self.ids.retain(|id| category_of(id) != category);
    }

    fn fold_complete(&mut self, category: &str, catalogue: &Catalogue) {
        let complete = |known: &Category| known.types.iter().all(|one| self.ids.contains(&one.id));
        if catalogue.category(category).is_some_and(complete) {
            self.add(category);
        }
    }

    fn drop_implied(&mut self) {
        let whole: Vec<String> = self.ids.iter().filter(|id| !id.contains('.')).cloned().collect();
        self.ids.retain(|id| !id.contains('.') || !whole.iter().any(|category| category == category_of(id)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(ids: &[&str]) -> Subscriptions {
        Subscriptions::from_ids(ids.iter().map(|id| (*id).to_owned()))
    }

    #[test]
    fn a_category_covers_types_that_are_added_later() {
        let wanted = of(&["security"]);
        assert!(wanted.covers("security.account") && wanted.covers("security.added_later"));
        assert!(!wanted.covers("product.release"));
    }

    #[test]
    fn a_box_has_three_states() {
        let wanted = of(&["security", "product.release"]);
        assert_eq!(wanted.state("security").mark(), "[x]");
        assert_eq!(wanted.state("product").mark(), "[-]");
        assert_eq!(wanted.state("account").mark(), "[ ]");
        assert_eq!(wanted.categories_wanted(&Catalogue::built_in()), 2);
    }

    #[test]
    fn taking_one_type_out_of_a_category_leaves_the_others() {
        let catalogue = Catalogue::built_in();
        let mut wanted = of(&["security"]);
        wanted.toggle_type("security.cloud", &catalogue);
        assert_eq!(wanted, of(&["security.account", "security.content"]));
        wanted.toggle_type("security.cloud", &catalogue);
        assert_eq!(wanted, of(&["security"]));
    }

    #[test]
    fn what_is_so_already_stays_as_it_is() {
        let catalogue = Catalogue::built_in();
        for (start, id, wanted) in [
            (&["security"][..], "security.cloud", true),
            (&["newer"], "newer", true),
            (&["product"], "security", false),
        ] {
            let mut set = of(start);
            set.set(id, wanted, &catalogue);
            assert_eq!(set, of(start), "{id} {wanted}");
        }
    }

    #[test]
    fn only_what_was_not_wanted_before_is_added_to_a_category() {
        let all = of(&["activity.promotion", "activity.launch", "activity.commercial"]);
        for (before, after, adds) in [
            (of(&[]), of(&["activity"]), true),
            (of(&[]), of(&["activity.launch"]), true),
            (of(&["activity.launch"]), of(&["activity.launch", "activity.newer"]), true),
            // The category stands for future types too.
            (all.clone(), of(&["activity"]), true),
            (of(&["activity"]), all, false),
            (of(&["activity.launch"]), of(&["activity.launch", "security"]), false),
            (of(&["activity"]), of(&[]), false),
        ] {
            assert_eq!(after.adds_to("activity", &before), adds, "{before:?} {after:?}");
        }
    }

    #[test]
    fn unknown_ids_are_kept() {
        let mut wanted = of(&["newer", "newer2.type"]);
        wanted.toggle_category("security");
        assert_eq!(wanted, of(&["newer", "newer2.type", "security"]));
    }

    #[test]
    fn a_category_of_one_type_is_folded() {
        let mut wanted = Subscriptions::default();
        wanted.toggle_type("account.funds", &Catalogue::built_in());
        assert_eq!(wanted, of(&["account"]));
    }

    proptest! {
        #[test]
        fn ticking_a_type_twice_changes_nothing(start in proptest::collection::vec(0..26_usize, 0..8), tick in 0..26_usize) {
            let catalogue = Catalogue::built_in();
            let ids: Vec<&str> = catalogue.ids().collect();
            let mut wanted = Subscriptions::from_ids(start.into_iter().map(|index| ids[index].to_owned()));
            for category in catalogue.categories() {
                wanted.fold_complete(&category.id, &catalogue);
            }
            let before = wanted.clone();
            let type_ids: Vec<&str> = ids.iter().copied().filter(|id| id.contains('.')).collect();
            let type_id = type_ids[tick % type_ids.len()];
            let covered = wanted.covers(type_id);
            wanted.toggle_type(type_id, &catalogue);
            prop_assert_eq!(wanted.covers(type_id), !covered);
            wanted.toggle_type(type_id, &catalogue);
            prop_assert_eq!(wanted, before);
        }
    }
}
