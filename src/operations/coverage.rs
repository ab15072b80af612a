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
        reading.each_candidate(|candidate| {
            let mut category = 0;
            let mut receives_any = false;
            for index in 0..counted.len() {
                if counted[index].is_category {
                    category = index;
                    receives_any = false;
                } else if verdict(&counted[index].id, &candidate).is_ok() {
                    counted[index].recipients += 1;
                    counted[category].recipients += u64::from(!receives_any);
                    receives_any = true;
                }
            }
        })
    })?;
    Ok(counted)
}
