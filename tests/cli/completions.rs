//! completions, man.

use std::process::Command;

use crate::support::program::{Program, assert_transcript};

fn with_contacts() -> Program {
    let program = Program::new();
    program.must("add --name ada --email ada@example.org --types security --queue-only");
    program.must("add --name 王小明 --email xiaoming@example.cn --queue-only");
    program.must("add --name a;reboot --email adam@example.org --queue-only");
    program
}

#[test]
fn commands_contacts_types_and_deliveries_are_completed() {
    assert_transcript!(with_contacts().run("
        completions bash -- callsheet un
        completions fish -- callsheet show ad
        completions zsh -- callsheet show 王
        completions bash -- callsheet delete ada a
        completions fish -- callsheet subscribe ada exc
        completions bash -- callsheet add --types account,security.a
        completions fish -- callsheet retry ''
        completions bash -- callsheet list --sort po
        completions bash -- callsheet outbox --state ca
    "), @r#"
        $ callsheet completions bash -- callsheet un
        unsubscribe
        [exit 0]
        $ callsheet completions fish -- callsheet show ad
        ada
        ada@example.org
        ada@example.org
        ada
        adam@example.org
        a;reboot
        [exit 0]
        $ callsheet completions zsh -- callsheet show 王
        王小明
        xiaoming@example.cn
        [exit 0]
        $ callsheet completions bash -- callsheet delete ada a
        ada
        ada@example.org
        adam@example.org
        [exit 0]
        $ callsheet completions fish -- callsheet subscribe ada exc
        exception
        Exception Messages
        exception.compute
        Compute failures
        exception.database
        Database failures or maintenance
        exception.monitor
        Proactive monitoring alerts
        [exit 0]
        $ callsheet completions bash -- callsheet add --types account,security.a
        account,security.account
        [exit 0]
        $ callsheet completions fish -- callsheet retry ''
        3
        queued to adam@example.org
        2
        queued to xiaoming@example.cn
        1
        queued to ada@example.org
        --queue-only
        Leave the mail in the outbox; 'callsheet deliver' sends it
        --help
        Print help
        --db
        The database; made if it does not exist
        --config
        The configuration
        --log
        How much is logged: error, warn, info, debug or trace
        --json
        Print data as JSON; lists are arrays
        [exit 0]
        $ callsheet completions bash -- callsheet list --sort po
        position
        [exit 0]
        $ callsheet completions bash -- callsheet outbox --state ca
        cancelled
        [exit 0]
        "#);
}

#[test]
fn completing_makes_no_database_and_survives_a_broken_configuration() {
    let program = Program::new();
    assert_transcript!(program.run("completions bash -- callsheet show a"), @r#"
        $ callsheet completions bash -- callsheet show a
        [exit 0]
        "#);
    assert!(!program.database().exists());
    let broken = Program::with_config("nonsense = 1\n");
    assert_transcript!(broken.run("completions bash -- callsheet ver"), @r#"
        $ callsheet completions bash -- callsheet ver
        verify
        [exit 0]
        "#);
}

#[test]
fn bash_completes_an_address_behind_its_last_word_break() {
    let program = with_contacts();
    let script = program.path("callsheet.bash");
    std::fs::write(&script, program.data("completions bash")).unwrap();
    // What bash does when somebody presses tab behind "callsheet show ada@ex".
    let asked = format!(
        "source {}; COMP_LINE='callsheet show ada@ex'; COMP_POINT=${{#COMP_LINE}}; \
         COMP_WORDS=(callsheet show ada @ ex); COMP_CWORD=4; _callsheet; printf '%s\n' \"${{COMPREPLY[@]}}\"",
        script.display()
    );
    let like = program.command("list");
    let folder = std::path::Path::new(like.get_program()).parent().unwrap();
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c", &asked]).env_clear();
    for (name, value) in like.get_envs() {
        bash.env(name, value.unwrap_or_default());
    }
    bash.env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
    let Ok(answered) = bash.output() else { return };
    assert_eq!(String::from_utf8_lossy(&answered.stdout), "example.org\n", "{answered:?}");
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let program = Program::new();
    let folder = program.path("man").display().to_string();
    program.must(&format!("man --folder {folder}"));
    let pages: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|page| page.unwrap().file_name()).collect();
    assert!(
        pages.iter().any(|page| page == "callsheet.1") && pages.iter().any(|page| page == "callsheet-add.1")
    );
    assert!(program.data("man add").starts_with(".ie"));
    assert_transcript!(program.run("man ad\nman add --folder x"), @r#"
        $ callsheet man ad
        ! Error: there is no page 'callsheet-ad'
        ! Hint: 'callsheet --help' shows all commands
        [exit 2]
        $ callsheet man add --folder x
        ! Error: the argument '[COMMAND]' cannot be used with '--folder <FOLDER>'
        !
        ! Usage: callsheet man <COMMAND>
        [exit 2]
        "#);
}
