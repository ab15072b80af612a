//! The files that the form for the mail server names: whether they can be used, in words that continue a sentence about their field.

use std::path::Path;

use super::Config;
use super::conversion::{CaFileError, DkimError};
use super::location::reason_in;
use super::mail_form::{MailField, MailForm};
use super::secret_file::SecretFileError;
use crate::domain::safe_text::Safe;
use crate::domain::say::{Said, say};
use crate::mail::dkim::KeyError;
use crate::mail::transport::smtp::CaError;

/// What is wrong with the files that the form names. They are looked at where something about them was changed: whoever changes
/// another thing may not be who may read them.
pub fn wrong_files(config: &Config, before: &MailForm, form: &MailForm) -> Vec<(MailField, Said)> {
    let mut wrong = Vec::new();
    if form.ca_file != before.ca_file
        && let Err(error) = config.extra_ca()
    {
        wrong.push((MailField::CaFile, ca_file_in_words(&error)));
    }
    let signature = |form: &MailForm| {
        [&form.dkim_domain, &form.dkim_selector, &form.dkim_key_file].map(ToString::to_string)
    };
    if signature(form) != signature(before)
        && let Err(error) = config.dkim_signer()
    {
        wrong.push((MailField::DkimKeyFile, key_file_in_words(&error)));
    }
    wrong
}

fn ca_file_in_words(error: &CaFileError) -> Said {
    Said::each(|language| match error {
        CaFileError::Unreadable(file, why) => {
            say!(
                language,
                "names '{file}', which cannot be read: {why}",
                file,
                why = reason_in(language, why)
            )
        }
        CaFileError::Unusable(file, CaError::Empty) => {
            say!(language, "names '{file}', which holds no certificate in PEM form", file)
        }
        CaFileError::Unusable(file, CaError::Damaged) => {
            say!(language, "names '{file}', whose PEM text is damaged", file)
        }
        CaFileError::Unusable(file, CaError::Unusable(number)) => say!(
            language,
            "names '{file}', in which certificate {number} cannot be used as an authority",
            file,
            number
        ),
    })
}

fn key_file_in_words(error: &DkimError) -> Said {
    Said::each(|language| match error {
        DkimError::File(SecretFileError::Unreadable(file, why)) => {
            say!(
                language,
                "names '{file}', which cannot be read: {why}",
                file = shown(file),
                why = reason_in(language, why)
            )
        }
        DkimError::File(SecretFileError::NotAFile(file)) => {
            say!(language, "names '{file}', which is no file", file = shown(file))
        }
        DkimError::File(SecretFileError::ForeignOwner(file)) => {
            say!(language, "names '{file}', which belongs to another user", file = shown(file))
        }
        DkimError::File(SecretFileError::Exposed(file, mode)) => say!(
            language,
            "names '{file}', which others can read (mode {mode}); 'chmod 600' closes it",
            file = shown(file),
            mode = format!("{mode:04o}")
        ),
        DkimError::Key(file, error) => {
            let why = match error {
                KeyError::NoKey => {
                    say!(language, "it holds no private key in PEM; 'openssl genrsa 2048' makes one")
                }
                KeyError::Encrypted => {
                    say!(language, "it is encrypted with a passphrase; 'openssl rsa' takes that away")
                }
                KeyError::NotRsa => say!(language, "it is no RSA key, the only kind that all receivers know"),
                KeyError::TooShort => say!(language, "it is too short: 2048 bits are needed"),
                KeyError::TooLong => say!(language, "it is too long: 4096 bits are allowed, 2048 are enough"),
                KeyError::Unusable => say!(language, "it is damaged"),
            };
            say!(language, "names '{file}', whose key cannot be used: {why}", file, why)
        }
    })
}

fn shown(path: &Path) -> String {
    Safe(&path.to_string_lossy()).to_string()
}
