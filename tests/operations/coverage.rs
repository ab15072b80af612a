//! Coverage counts whom routing would choose.

use callsheet::operations::contacts::{self, ContactChange};
use callsheet::operations::coverage::coverage;

use crate::support::office::{Office, add_silently};

#[test]
fn only_verified_subscribers_count_and_a_category_counts_each_once() {
    let office = Office::new();
    let mut session = office.session();
    let ada = office.verified(&mut session, "Ada", "ada@example.org");
    let types = |ids: &[&str]| ContactChange {
        types: Some(ids.iter().map(|id| (*id).to_owned()).collect()),
        ..ContactChange::default()
    };
    contacts::modify(&mut session, ada.id, &types(&["security", "product.release", "product.change"]), None)
        .unwrap();
    let bob = add_silently(&mut session, "Bob", "bob@example.org");
    contacts::modify(&mut session, bob, &types(&["security"]), None).unwrap();
    let found = coverage(&mut session).unwrap();
    let of = |id: &str| found.iter().find(|row| row.id == id).unwrap().recipients;
    assert_eq!((of("security"), of("security.account")), (1, 1));
    assert_eq!((of("product"), of("product.release"), of("product.feature")), (1, 1, 0));
    assert_eq!(of("account"), 0);
    assert_eq!(found.len(), 26);
}
