//! Every source file belongs to the crate: one that no `mod` names is not compiled, and its tests do not run.

use crate::tidy::source::Source;

/// Files without a `mod` in the file above them.
pub fn forgotten(sources: &[Source]) -> Vec<String> {
    let declares = |parent: &Source, module: &str| {
        let declaration = format!("mod {module};");
        let lines = parent.text.lines().map(str::trim);
        lines.filter(|line| !line.starts_with("//")).any(|line| line.ends_with(&declaration))
    };
    let is_declared = |path: &str| {
        let Some((folder, file)) = path.rsplit_once('/') else { return true };
        let module = file.trim_end_matches(".rs");
        if ["lib", "main"].contains(&module) && !folder.contains('/') {
            return true;
        }
        let parents = [format!("{folder}.rs"), format!("{folder}/lib.rs")];
        sources.iter().any(|source| parents.contains(&source.path) && declares(source, module))
    };
    sources
        .iter()
        .filter(|source| !is_declared(&source.path))
        .map(|source| format!("{}:1: no 'mod' names it, so it is not compiled", source.path))
        .collect()
}

#[test]
fn a_file_that_nobody_names_is_noticed() {
    let sources = [
        Source::new("tests/lib.rs", "mod cli;"),
        Source::new("tests/cli.rs", "mod add;\n// mod gone;\n"),
        Source::new("tests/cli/add.rs", ""),
        Source::new("tests/cli/gone.rs", ""),
    ];
    let faults = forgotten(&sources);
    assert_eq!(faults, ["tests/cli/gone.rs:1: no 'mod' names it, so it is not compiled"]);
}
