//! Signing, and checking what was signed. Other programs check the signatures in tests/real/test_dkim.py.

use super::*;

const KEY: &[u8] = include_bytes!("../../../tests/mail/keys/rsa.pem");

const MAIL: &str = "Date: Mon, 23 Nov 2026 10:15:04 +0000\r\nFrom: Example Ltd <notices@example.com>\r\n\
                    To: Ada\r\n <ada@example.org>\r\nSubject: Something to know\r\nX-Other: free\r\n\
                    Content-Type: text/plain; charset=utf-8\r\n\r\nThe text.\r\n.\r\n";

fn signer() -> Signer {
    Signer::new("example.com", "s1", KEY).unwrap()
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T10:15:04Z").unwrap()
}

fn signed() -> String {
    String::from_utf8(signer().sign(MAIL.as_bytes(), now()).unwrap()).unwrap()
}

#[test]
fn a_signature_stands_before_the_mail_and_names_what_it_covers() {
    let signed = signed();
    let signature = signed.strip_suffix(MAIL).expect("the mail itself is not changed");
    let begin = "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=s1;\r\n\tt=1795428904; \
                 h=From:From:To:Subject:Date:Content-Type;\r\n\tbh=";
    assert!(signature.starts_with(begin), "{signature}");
    assert!(signature.split("\r\n").all(|line| line.len() <= 78), "{signature}");
    assert!(signature.ends_with("\r\n") && !signature.contains("\r\n\r\n"));
}

#[test]
fn the_same_mail_always_gets_the_same_signature() {
    assert_eq!(signed(), signed());
    let later = Timestamp::parse("2026-11-23T10:15:05Z").unwrap();
    assert_ne!(signer().sign(MAIL.as_bytes(), later).unwrap(), signed().into_bytes());
}

#[test]
fn what_is_signed_cannot_be_changed() {
    let (signer, signed) = (signer(), signed());
    assert!(signer.is_valid(signed.as_bytes()));
    for (from, to) in [
        ("The text.", "The test."),
        ("Something to know", "Something else"),
        ("notices@", "others@"),
        ("\r\nDate:", "\r\nFrom: x@y.example\r\nDate:"),
        ("\r\n\r\nThe", "\r\nFrom: x@y.example\r\n\r\nThe"),
        ("text/plain", "text/html"),
        ("d=example.com", "d=example.net"),
        ("t=1795428904", "t=1795428905"),
        ("v=1;", "v=2;"),
        ("\r\n\tb=", "\r\n\tb=AAAA"),
        ("DKIM-Signature", "X-Signature"),
    ] {
        let changed = signed.replacen(from, to, 1);
        assert_ne!(changed, signed);
        assert!(!signer.is_valid(changed.as_bytes()), "{from}");
    }
    assert!(!signer.is_valid(MAIL.as_bytes()) && !signer.is_valid(b""));
}

#[test]
fn what_servers_on_the_way_change_breaks_nothing() {
    let (signer, signed) = (signer(), signed());
    for (from, to) in [
        ("X-Other: free", "X-Other: changed"),
        ("Subject: Something", "SUBJECT:   Something"),
        ("To: Ada\r\n <", "To: Ada <"),
        ("The text.", "The  text. \t"),
        ("\r\n.\r\n", "\r\n.\r\n\r\n\r\n"),
        ("\r\nDate:", "\r\nReceived: by mx.example.org\r\nDate:"),
    ] {
        let place = signed.rfind(from).unwrap();
        let changed = format!("{}{to}{}", &signed[..place], &signed[place + from.len()..]);
        assert!(signer.is_valid(changed.as_bytes()), "{from}");
    }
}

#[test]
fn a_mail_without_a_sender_is_not_signed() {
    assert_eq!(signer().sign(b"To: a@b.example\r\n\r\n", now()), Err(SignError::NoHeader));
    assert_eq!(signer().sign(b"", now()), Err(SignError::NoHeader));
}

#[test]
fn the_record_holds_the_public_half_as_openssl_prints_it() {
    let record = signer().record();
    assert_eq!(record.name, "s1._domainkey.example.com");
    let public = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtxXLkPsH6aDl4BM5YmEz0a+wPBbpXWp85PAjN2Fn/yvVJyFqG/S24EglvcW3OumBYPvaZv61wrol8y/9Ysf+xeX6VGIVGyG+Bf9JYt2mapG2vqzZQQeR2nJ6t4GJMOk/uZ54gsg0Na95yHrxPz2ye1+eZWKL64rj4MlstB7YWc9i+ol22ZqWcEHcyYSuAuGWY2AI1klbSZlFCseczg+D8fLDefm9tZ6Jf0RLFtJf4Ui11knfPnYjXUcOeYY0NWnEQhmLsRrWLrHcP/bdV8yof/mRTFNJVPnVmDbU64Mu7O6IDdJmU29v6EqMZkGJArEItnL4d2ZfHeyqr5o3m/76LQIDAQAB";
    assert_eq!(record.text, format!("v=DKIM1; k=rsa; p={public}"));
    let (first, second) = record.text.split_at(255);
    assert_eq!(record.zone_line(), format!("s1._domainkey.example.com. TXT \"{first}\" \"{second}\""));
}

#[test]
fn both_forms_of_an_rsa_key_are_read_and_everything_else_says_what_it_is() {
    let with = |pem: &[u8]| Signer::new("example.com", "s1", pem);
    let traditional = with(include_bytes!("../../../tests/mail/keys/rsa-pkcs1.pem")).unwrap();
    assert_eq!(traditional.record(), signer().record());
    let error = |pem: &[u8]| with(pem).unwrap_err();
    assert_eq!(error(include_bytes!("../../../tests/mail/keys/short.pem")), KeyError::TooShort);
    assert_eq!(error(include_bytes!("../../../tests/mail/keys/long.pem")), KeyError::TooLong);
    assert_eq!(error(include_bytes!("../../../tests/mail/keys/ed25519.pem")), KeyError::NotRsa);
    assert_eq!(error(include_bytes!("../../../tests/mail/keys/ec.pem")), KeyError::NotRsa);
    assert_eq!(error(include_bytes!("../../../tests/mail/keys/encrypted.pem")), KeyError::Encrypted);
    assert_eq!(error(b""), KeyError::NoKey);
    assert_eq!(error(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), KeyError::NoKey);
    let text = String::from_utf8_lossy(KEY).into_owned();
    let damaged: Vec<&str> =
        text.lines().enumerate().filter(|(at, _)| *at != 5).map(|(_, line)| line).collect();
    assert_eq!(error(damaged.join("\n").as_bytes()), KeyError::Unusable);
    assert_eq!(error(text.replace("MII", "!").as_bytes()), KeyError::Unusable);
}

#[test]
fn a_signer_never_tells_its_key() {
    assert_eq!(format!("{:?}", signer()), "Signer(example.com, s1)");
}
