//! The reference of the command line, `docs/commands.md`: what `--help` says of each command, in the order of the help.

/// The text, made of what `callsheet ARGUMENTS` prints.
pub fn reference(printed: impl Fn(&[&str]) -> String) -> String {
    let overview = printed(&["--help"]);
    let mut text = format!(
        "# The command line\n\nWhat `callsheet COMMAND --help` and the manual pages (`callsheet man`) say. What is printed with `--json`, and exit \
         codes, are in [json.md](json.md).\n\n```text\n{}\n```\n",
        overview.trim_end()
    );
    for command in commands(&overview) {
        let help = printed(&[command, "--help"]);
        let own = help.split("\nCommon options:\n").next().unwrap_or_default();
        text.push_str(&format!("\n## {command}\n\n```text\n{}\n```\n", own.trim_end()));
    }
    text
}

/// The commands that the help names, but for the help itself.
fn commands(overview: &str) -> Vec<&str> {
    let listed = overview.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    listed.filter_map(|line| line.split_whitespace().next()).filter(|command| *command != "help").collect()
}
