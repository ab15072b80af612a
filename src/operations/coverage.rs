//! Coverage: for each type and category, how many contacts would receive it now.

use super::{Problem, Session};
use crate::domain::routing::verdict;

/// How many contacts would receive a type, or at least one type of a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The id of the category or type.
    pub id: String,
    pub is_category: bool,
    pub recipients: u64,
}

/// Types that reach nobody or one person only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Thin {
    /// Ids of types in the catalogue's order.
    pub nobody: Vec<String>,
    pub one_person: Vec<String>,
}

/// The types that reach nobody or one person only. Costs one pass over the contacts.
///
/// # Errors
/// [`Problem::Store`].
pub fn thin(session: &mut Session) -> Result<Thin, Problem> {
    let mut thin = Thin::default();
    for covered in coverage(session)? {
        match covered.recipients {
            _ if covered.is_category => {}
            0 => thin.nobody.push(covered.id),
            1 => thin.one_person.push(covered.id),
            _ => {}
        }
    }
    Ok(thin)
}

/// The coverage of the whole catalogue in its order, each category before its types. Costs one pass over the contacts.
///
/// # Errors
/// [`Problem::Store`].
pub fn coverage(session: &mut Session) -> Result<Vec<Coverage>, Problem> {
    let (store, desk) = session.desk();
    let mut counted: Vec<Coverage> = Vec::new();
    for id in desk.catalogue.ids() {
        counted.push(Coverage { id: id.to_owned(), is_category: !id.contains('.'), recipients: 0 });
    }
    store.read(|reading| {
        reading.each_kind(|category, candidate, contacts| {
            let place = counted.iter().position(|row| row.id == category);
            let Some([whole, types @ ..]) = place.and_then(|place| counted.get_mut(place..)) else { return };
            let mut receives_any = false;
            for row in types.iter_mut().take_while(|row| !row.is_category) {
                if verdict(&row.id, candidate).is_ok() {
                    row.recipients += contacts;
                    receives_any = true;
                }
            }
            whole.recipients += if receives_any { contacts } else { 0 };
        })
    })?;
    Ok(counted)
}
