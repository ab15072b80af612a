//! docs/json.md: what each command prints with `--json` is what the schema says, and no command is left out.

use std::collections::BTreeSet;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

use crate::support::program::Program;

const MANUAL: &str = include_str!("../../docs/json.md");
const SCHEMA: &str = include_str!("../../docs/json.schema.json");

/// Commands in the order in which they are run, each with the schema that its output has. What a row needs is made by those above it.
const SHOWN: [(&str, &str); 48] = [
    ("list", "contacts"),
    ("outbox", "deliveries"),
    ("history", "history"),
    ("history head", "anchor"),
    ("history verify", "verdict"),
    ("status", "state"),
    ("account", "account"),
    ("check", "check"),
    ("explain security.account", "explanation"),
    ("account --name 'Example Ltd' --security-email sec@example.org", "account"),
    ("verify sec@example.org [code]", "account"),
    ("explain security.account", "explanation"),
    (
        "add --name 王小明 --email ming@例え.jp --position finance_director --language zh-CN --types recommended",
        "contact",
    ),
    ("add --name ada --email ada@example.org --types security", "contact"),
    ("add --name bob --email bob@example.org --no-verify", "contact"),
    ("list --filter status:unverified", "contacts"),
    ("show ada", "contact"),
    ("verify ada [code]", "contact"),
    ("modify ada --email new@example.org --position ceo", "contact"),
    ("subscribe ada activity service.billing", "contact"),
    ("unsubscribe ada service.billing", "contact"),
    ("resend bob", "deliveries"),
    ("types", "types"),
    ("explain security.account", "explanation"),
    ("notify security.account --subject Alarm --body-file text --dry-run", "explanation"),
    ("notify security.account --subject Alarm --body-file text --queue-only", "notice"),
    ("notify service.invoice --subject Invoices --body-file text", "notice"),
    ("test ada --type security.cloud", "delivery"),
    ("test", "delivery"),
    ("outbox", "deliveries"),
    ("notify security.content --subject Again --body-file text --queue-only", "notice"),
    ("outbox --state queued", "deliveries"),
    ("retry [newest] --queue-only", "deliveries"),
    ("cancel [newest]", "deliveries"),
    ("notify security.content --subject Thrice --body-file text --queue-only", "notice"),
    ("deliver", "deliveries"),
    ("import good.csv --dry-run", "imported"),
    ("import bad.csv --keep-going", "imported"),
    ("import good.csv --verify", "imported"),
    ("export out.csv", "exported"),
    ("delete bob --yes", "contacts"),
    ("history", "history"),
    ("history head", "anchor"),
    ("history verify", "verdict"),
    ("status", "state"),
    ("config", "config"),
    ("backup copy.db", ""),
    ("restore copy.db", "restored"),
];

struct Contract {
    schemas: Schemas,
    compiler: Compiler,
}

impl Contract {
    fn read() -> Self {
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        compiler.add_resource("json.schema.json", serde_json::from_str(SCHEMA).unwrap()).unwrap();
        Self { schemas: Schemas::new(), compiler }
    }

    fn part(&mut self, name: &str) -> SchemaIndex {
        let part = format!("json.schema.json#/$defs/{name}");
        self.compiler.compile(&part, &mut self.schemas).unwrap()
    }

    fn refusal(&mut self, value: &Value, name: &str) -> Option<String> {
        let part = self.part(name);
        self.schemas.validate(value, part).err().map(|error| format!("{error:#}"))
    }
}

#[test]
fn what_commands_print_is_what_the_schema_says() {
    let program = Program::new();
    std::fs::write(program.path("text"), "It burns.").unwrap();
    std::fs::write(program.path("good.csv"), "name,email\neve,eve@example.org\nada,new@example.org\n")
        .unwrap();
    std::fs::write(program.path("bad.csv"), "name,email\nfay,fay@example.org\nnobody,nowhere\n").unwrap();
    let mut contract = Contract::read();
    for (command, schema) in SHOWN {
        let mut line = command.to_owned();
        if command.contains('[') {
            let newest: Value = serde_json::from_str(&program.data("outbox --limit 1 --json")).unwrap();
            let newest = newest[0]["id"].as_i64().unwrap();
            line = line.replace("[newest]", &newest.to_string());
            line = line.replace(
                "[code]",
                &if line.contains("[code]") { program.code(newest) } else { String::new() },
            );
        }
        let output = program.command(&format!("{line} --json")).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        let data = String::from_utf8(output.stdout).unwrap();
        assert!(!told.contains("Error:") || command.contains("bad"), "{command}: {told}");
        if schema.is_empty() {
            assert_eq!(data, "", "{command}");
            continue;
        }
        let value: Value =
            serde_json::from_str(&data).unwrap_or_else(|error| panic!("{command}: {error}: {data:?} {told}"));
        assert_eq!(contract.refusal(&value, schema), None, "{command}: {data}");
    }
}

#[test]
fn a_broken_chain_is_a_verdict_too() {
    let program = Program::new();
    program.must("account --name Example");
    let database = rusqlite::Connection::open(program.database()).unwrap();
    database
        .execute_batch(
            "DROP TRIGGER audit_is_append_only_update; UPDATE audit SET actor = 'eve' WHERE id = 1;",
        )
        .unwrap();
    let value: Value = serde_json::from_str(&program.data("history verify --json")).unwrap();
    assert_eq!(Contract::read().refusal(&value, "verdict"), None, "{value}");
    assert_eq!(value["sound"], false);
}

#[test]
fn a_field_more_or_less_or_of_another_kind_is_noticed() {
    let mut contract = Contract::read();
    let anchor = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let whole = format!(r#"{{"id":1,"anchor":"1:{}"}}"#, "0".repeat(64));
    assert_eq!(contract.refusal(&anchor(&whole), "anchor"), None);
    for wrong in [
        r#"{"id":1}"#.to_owned(),
        whole.replace(r#""id":1"#, r#""id":"1""#),
        whole.replace(r#""id":1"#, r#""id":1,"more":1"#),
        whole.replace("1:0", "1:g"),
    ] {
        assert!(contract.refusal(&anchor(&wrong), "anchor").is_some(), "{wrong}");
    }
}

/// The rows of the manual's table of commands: command, what it prints.
fn rows() -> Vec<(String, String)> {
    MANUAL
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| line.trim_end_matches(" |").split_once("` | "))
        .map(|(command, prints)| (command.to_owned(), prints.to_owned()))
        .collect()
}

#[test]
fn the_manual_names_every_command_and_only_what_is_in_the_schema() {
    let help = Program::new().data("--help");
    let commands: BTreeSet<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    let rows = rows();
    let told: BTreeSet<&str> = rows.iter().filter_map(|(command, _)| command.split(' ').next()).collect();
    assert_eq!(told, commands);

    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    for (command, prints) in &rows {
        for name in prints.split('`').skip(1).step_by(2).filter(|name| !name.starts_with('-')) {
            assert!(schema["$defs"].get(name).is_some(), "{command}: the schema has no '{name}'");
            let is_shown = |(line, part): &(&str, &str)| line.starts_with(command.as_str()) && *part == name;
            assert!(SHOWN.iter().any(is_shown), "{command}: '{name}' is not shown");
        }
    }
}
