//! What the system says of a file that cannot be read or written, in words for people.

use std::io::{Error, ErrorKind};

use super::say::{Said, saying};

/// An error of the system in words; one that is seldom seen in the system's own.
#[must_use]
pub fn system_words(error: &Error) -> Said {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the system knows more errors than people meet")]
    match error.kind() {
        ErrorKind::NotFound => saying!("there is no such file or folder"),
        ErrorKind::PermissionDenied => saying!("permission denied"),
        ErrorKind::IsADirectory => saying!("it is a folder"),
        ErrorKind::NotADirectory => saying!("a part of its path is no folder"),
        ErrorKind::ReadOnlyFilesystem => saying!("nothing can be written there"),
        ErrorKind::StorageFull => saying!("the disk is full"),
        _ => Said::foreign(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;
    use crate::domain::say::Say as _;

    #[test]
    fn what_is_met_often_is_said_in_words() {
        let missing = system_words(&ErrorKind::NotFound.into());
        assert_eq!(missing.to_string(), "there is no such file or folder");
        assert_eq!(missing.say(Language::ZhCn), "没有此文件或文件夹");
        assert_eq!(system_words(&Error::other("it is odd")).say(Language::ZhCn), "it is odd");
    }
}
