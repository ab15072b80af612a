//! Format: in which form a file of contacts is read or written.

use std::path::Path;

use super::problem::Report;
use crate::operations::import::Format;

/// Whether a file name stands for the standard stream.
#[must_use]
pub fn is_stream(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// The format that was asked for, or the one of the file's ending.
///
/// # Errors
/// A [`Report`] with exit 2 if neither tells it.
pub fn of(file: &Path, asked: Option<&str>) -> Result<Format, Report> {
    if let Some(format) = asked.and_then(Format::parse) {
        return Ok(format);
    }
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    Format::of_ending(ending).ok_or_else(|| {
        let error = if is_stream(file) {
            "a stream has no ending that could tell its format".to_owned()
        } else {
            format!(
                "the ending of '{}' tells no format; endings are .csv, .json, .vcf and .vcard",
                file.display()
            )
        };
        Report::usage(error).hint("name it with '--format', for example '--format csv'")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_goes_before_the_ending() {
        let of = |file: &str, asked| of(Path::new(file), asked).map_err(|report| report.error);
        assert_eq!(of("a.csv", Some("json")), Ok(Format::Json));
        assert_eq!(of("dir.json/a.VCF", None), Ok(Format::VCard));
        assert_eq!(of("-", Some("vcard3")), Ok(Format::VCard3));
        assert_eq!(of("-", None), Err("a stream has no ending that could tell its format".to_owned()));
        assert!(of("csv", None).is_err() && of("dir.csv/a", None).is_err());
    }
}
