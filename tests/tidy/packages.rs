//! The packages below us: which versions are known to be broken, which may be there only once, which not at all.
//! `deny.toml` says the same to cargo-deny, which needs the network for advisories; this needs nothing.

use toml::{Table, Value};

/// Oldest version without a known advisory, and the advisory.
///
/// lettre's RUSTSEC-2026-0561 (bare CR or LF in a body is not dot-stuffed), -0562 (panic on a blank EHLO line) and -0564
/// (panic on CR or LF in a display name) are repaired in 0.11.24 only. Older versions are harmless here because lettre
/// builds and signs but never speaks SMTP ([`manifest`], and `lettre_never_sends` among the rooms), bodies are
/// normalised to CRLF before they reach it, names hold no control characters, and building one mail may panic without
/// ending the sender.
const OLDEST: &[(&str, &str, &str)] = &[
    ("chrono", "0.4.20", "RUSTSEC-2020-0159: localtime_r races with the environment"),
    ("idna", "1.0.0", "RUSTSEC-2024-0421: Punycode labels that decode to ASCII pass as other domains"),
    ("lettre", "0.11.23", "RUSTSEC-2021-0069: SMTP command injection, and what the comment above says"),
    ("libsqlite3-sys", "0.38.0", "CVE-2025-6965 and CVE-2025-7709 in the SQLite bundled before 3.50.3"),
    ("ratatui", "0.30.0", "RUSTSEC-2026-0002: unsound iteration in the lru it used before"),
    ("ring", "0.17.12", "RUSTSEC-2025-0009: panic in QUIC header protection and on 64 GiB of AES"),
    ("rustls", "0.23.18", "RUSTSEC-2024-0399: a crafted ClientHello ends an acceptor"),
    ("tokio", "1.44.2", "RUSTSEC-2025-0023: a broadcast channel clones values that may not be shared"),
    ("tracing", "0.1.40", "RUSTSEC-2023-0078: use after free in Instrumented::into_inner"),
];

/// Two of these would not understand each other's types, or measure text differently.
const SINGLE: &[&str] = &["crossterm", "ratatui-core", "rustls", "unicode-width", "libsqlite3-sys"];

/// TLS is rustls with ring, and the only one.
const REFUSED: &[&str] = &["aws-lc-sys", "boring", "native-tls", "openssl", "openssl-sys"];

/// All that we want of lettre. `smtp-transport` hides at which step a server refused, and has open advisories.
const LETTRE: &[&str] = &["builder", "dkim"];

/// Faults of a `Cargo.lock`.
pub fn lock(text: &str) -> Vec<String> {
    let locked = versions(text);
    let mut faults = Vec::new();
    for (name, oldest, why) in OLDEST {
        let found: Vec<_> = locked.iter().filter(|(locked, _)| locked == name).collect();
        if found.is_empty() {
            faults.push(format!("Cargo.lock:1: {name} is not there; take it out of tests/tidy/packages.rs"));
        }
        for (_, version) in found {
            if parts(version) < parts(oldest) {
                faults.push(format!("Cargo.lock:1: {name} {version} is older than {oldest}: {why}"));
            }
        }
    }
    for name in SINGLE {
        let found: Vec<_> =
            locked.iter().filter(|(locked, _)| locked == name).map(|(_, v)| v.as_str()).collect();
        if found.len() != 1 {
            faults.push(format!("Cargo.lock:1: {name} must be there once, found {found:?}"));
        }
    }
    for name in REFUSED {
        if locked.iter().any(|(locked, _)| locked == name) {
            faults.push(format!("Cargo.lock:1: {name} is refused: TLS is rustls with ring"));
        }
    }
    faults
}

/// Faults of a `Cargo.toml`: features of lettre beyond building and signing.
pub fn manifest(text: &str) -> Vec<String> {
    let table: Table = text.parse().expect("Cargo.toml is TOML, or cargo would not have built this");
    let Some(lettre) = table.get("dependencies").and_then(|all| all.get("lettre")) else {
        return vec!["Cargo.toml:1: lettre is not among the dependencies".to_owned()];
    };
    let mut faults = Vec::new();
    if lettre.get("default-features").and_then(Value::as_bool) != Some(false) {
        faults.push("Cargo.toml:1: lettre's default features hold its SMTP transport".to_owned());
    }
    let features = lettre.get("features").and_then(Value::as_array).cloned().unwrap_or_default();
    for feature in features.iter().filter_map(Value::as_str) {
        if !LETTRE.contains(&feature) {
            faults.push(format!("Cargo.toml:1: lettre's feature '{feature}' is not among {LETTRE:?}"));
        }
    }
    faults
}

/// Name and version of every package in a `Cargo.lock`.
fn versions(lock: &str) -> Vec<(String, String)> {
    let table: Table = lock.parse().expect("Cargo.lock is TOML, or cargo would not have built this");
    let packages = table.get("package").and_then(Value::as_array).cloned().unwrap_or_default();
    let of =
        |package: &Value, key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    packages.iter().map(|package| (of(package, "name"), of(package, "version"))).collect()
}

/// `0.38.2+build` as comparable numbers; pre-releases count as the release.
fn parts(version: &str) -> Vec<u64> {
    let release = version.split(['+', '-']).next().unwrap_or_default();
    release.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

mod tests {
    use super::*;

    fn sample(changes: &[(&str, &str)]) -> String {
        let mut packages: Vec<(&str, &str)> =
            OLDEST.iter().map(|(name, version, _)| (*name, *version)).collect();
        for name in SINGLE {
            if !packages.iter().any(|(known, _)| known == name) {
                packages.push((name, "1.0.0"));
            }
        }
        for (name, version) in changes {
            packages.retain(|(known, _)| known != name);
            packages.extend(version.split_whitespace().map(|version| (*name, version)));
        }
        packages
            .iter()
            .map(|(name, v)| format!("[[package]]\nname = \"{name}\"\nversion = \"{v}\"\n"))
            .collect()
    }

    #[test]
    fn the_oldest_versions_pass() {
        assert_eq!(lock(&sample(&[])), Vec::<String>::new());
    }

    #[test]
    fn older_versions_are_refused() {
        for (name, older) in
            [("ratatui", "0.29.9"), ("lettre", "0.11.9"), ("idna", "0.5.0"), ("rustls", "0.23.17")]
        {
            let found = lock(&sample(&[(name, older)]));
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].contains(&format!("{name} {older} is older than")), "{found:?}");
        }
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        assert!(parts("0.11.9") < parts("0.11.23"));
        assert!(parts("0.38.2+sqlite") > parts("0.38.0"));
    }

    #[test]
    fn a_rule_for_a_package_that_is_gone_is_reported() {
        assert_eq!(lock(&sample(&[("chrono", "")])).len(), 1);
    }

    #[test]
    fn a_second_version_is_refused_where_one_must_do() {
        assert_eq!(lock(&sample(&[("crossterm", "0.28.1 0.29.0")])).len(), 1);
    }

    #[test]
    fn a_second_tls_library_is_refused() {
        assert_eq!(lock(&sample(&[("openssl-sys", "0.9.100")])).len(), 1);
    }

    #[test]
    fn lettre_without_its_transport_passes_and_with_it_does_not() {
        let with = |text: &str| manifest(&format!("[dependencies]\nlettre = {text}"));
        assert!(
            with("{ version = \"0.11\", default-features = false, features = [\"builder\", \"dkim\"] }")
                .is_empty()
        );
        assert_eq!(with("\"0.11\"").len(), 1);
        assert_eq!(
            with("{ version = \"0.11\", default-features = false, features = [\"smtp-transport\"] }").len(),
            1
        );
        assert_eq!(manifest("[dependencies]\n").len(), 1);
    }
}
