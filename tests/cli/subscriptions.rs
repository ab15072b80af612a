//! subscribe where the recipient has unsubscribed.

use crate::support::program::{Program, assert_transcript};

fn with_unsubscribed(types: &str) -> Program {
    let program = Program::new();
    program.with_verified(&[("una", types)]).mark("una", "unsubscribed_at = 1");
    program
}

#[test]
fn who_has_unsubscribed_is_subscribed_again_only_knowingly() {
    let program = with_unsubscribed("security");
    assert_transcript!(
        program.run(
            "
            subscribe una activity
            subscribe una activity.launch product
            subscribe una product --again
            subscribe una activity --again
            explain activity.launch
            "
        ),
        @r#"
        $ callsheet subscribe una activity
        ! Error: 'una' has unsubscribed from activity messages
        ! Hint: '--again' subscribes all the same; ask the recipient first
        [exit 1]
        $ callsheet subscribe una activity.launch product
        ! Error: 'una' has unsubscribed from activity messages
        ! Hint: '--again' subscribes all the same; ask the recipient first
        [exit 1]
        $ callsheet subscribe una product --again
        ! 'una' is subscribed to product,security.
        [exit 0]
        $ callsheet subscribe una activity --again
        ! 'una' is subscribed to activity,product,security.
        [exit 0]
        $ callsheet explain activity.launch
        ID  NAME  EMAIL            VERDICT   REASON
        1   una   una@example.org  receives  -
        [exit 0]
        "#
    );
}

#[test]
fn a_subscription_that_is_there_already_does_not_hide_the_unsubscribing() {
    let program = with_unsubscribed("activity");
    assert_transcript!(
        program.run(
            "
            subscribe una activity.launch
            unsubscribe una activity.promotion
            subscribe una security --again
            subscribe una activity.launch --again --json
            "
        ),
        @r#"
        $ callsheet subscribe una activity.launch
        ! Error: 'una' has unsubscribed from activity messages
        ! Hint: '--again' subscribes all the same; ask the recipient first
        [exit 1]
        $ callsheet unsubscribe una activity.promotion
        ! 'una' is subscribed to activity.commercial,activity.launch.
        ! Warning: 'una' has unsubscribed from activity messages and gets none
        [exit 0]
        $ callsheet subscribe una security --again
        ! 'una' is subscribed to activity.commercial,activity.launch,security.
        ! Warning: 'una' has unsubscribed from activity messages and gets none
        [exit 0]
        $ callsheet subscribe una activity.launch --again --json
        {"id":1,"name":"una","email":"una@example.org","position":null,"language":"en","status":"verified","verified_at":"[time]","pending_email":null,"unsubscribed_at":null,"subscriptions":["activity.commercial","activity.launch","security"],"version":4}
        ! 'una' is subscribed to activity.commercial,activity.launch,security.
        [exit 0]
        "#
    );
}
