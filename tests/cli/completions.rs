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
    let Some(said) = answer_of(&program, &["bash", "--norc"], &asked) else { return };
    assert_eq!(said, "example.org\n");
}

/// What a shell says that is told to read commands; None where it is not installed.
fn answer_of(program: &Program, shell: &[&str], commands: &str) -> Option<String> {
    let like = program.command("list");
    let folder = std::path::Path::new(like.get_program()).parent().unwrap();
    let mut command = Command::new(shell[0]);
    command.args(&shell[1..]).args(["-c", commands]).env_clear();
    for (name, value) in like.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command.env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
    let answered = command.output().ok()?;
    assert!(answered.status.success(), "{answered:?}");
    Some(String::from_utf8(answered.stdout).unwrap())
}

#[test]
fn fish_completes_contacts_and_types() {
    let commands = "callsheet completions fish | source; complete -C 'callsheet show ada@'; \
                    complete -C 'callsheet subscribe ada exception.c'";
    let Some(said) = answer_of(&with_contacts(), &["fish", "--no-config"], commands) else { return };
    assert_eq!(said, "ada@example.org\tada\nexception.compute\tCompute failures\n");
}

#[test]
fn zsh_completes_contacts_and_types() {
    // What zsh sets before it asks, and what it would show.
    let commands = "compdef() {}; _describe() { print -l -- \"${(@)values}\" }; source <(callsheet completions zsh); \
                    words=(callsheet show ada@); CURRENT=3; _callsheet; \
                    words=(callsheet subscribe ada exception.c); CURRENT=4; _callsheet";
    let Some(said) = answer_of(&with_contacts(), &["zsh", "-f"], commands) else { return };
    assert_eq!(said, "ada@example.org:ada\nexception.compute:Compute failures\n");
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
