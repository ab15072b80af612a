//! The relaxed canonical form of header and body (RFC 6376 section 3.4): what servers on the way may change makes no difference.

/// A header field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    pub name: &'a str,
    /// What stands behind the colon, line ends and all.
    pub value: &'a [u8],
    /// All of it, without the last line end.
    pub raw: &'a [u8],
}

/// The header with the line end of its last field, and the body.
pub fn split(message: &[u8]) -> (&[u8], &[u8]) {
    if let Some(body) = message.strip_prefix(b"\r\n") {
        return (&[], body);
    }
    match message.windows(4).position(|four| four == b"\r\n\r\n") {
        Some(end) => (&message[..end + 2], &message[end + 4..]),
        None => (message, &[]),
    }
}

/// The fields of a header, in order. What is no field is left out.
pub fn fields(header: &[u8]) -> Vec<Field<'_>> {
    let mut fields = Vec::new();
    let mut rest = header;
    while !rest.is_empty() {
        let end = end_of_field(rest);
        let raw = rest[..end].strip_suffix(b"\r\n").unwrap_or(&rest[..end]);
        if let Some(colon) = raw.iter().position(|byte| *byte == b':')
            && let Ok(name) = std::str::from_utf8(&raw[..colon])
        {
            fields.push(Field { name: name.trim_end(), value: &raw[colon + 1..], raw });
        }
        rest = &rest[end..];
    }
    fields
}

/// Behind the first line end that no blank follows.
fn end_of_field(header: &[u8]) -> usize {
    let mut from = 0;
    while let Some(at) = header[from..].windows(2).position(|two| two == b"\r\n") {
        let next = from + at + 2;
        match header.get(next) {
            Some(b' ' | b'\t') => from = next,
            Some(_) | None => return next,
        }
    }
    header.len()
}

/// What is signed: the named fields, of several of one name the last first, and the signature's own field without a line end.
pub fn signed_text(fields: &[Field<'_>], names: &[&str], own: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut taken = vec![false; fields.len()];
    for name in names {
        let last =
            (0..fields.len()).rev().find(|at| !taken[*at] && fields[*at].name.eq_ignore_ascii_case(name));
        if let Some(at) = last {
            taken[at] = true;
            text.extend(field(fields[at].raw));
            text.extend_from_slice(b"\r\n");
        }
    }
    text.extend(field(own));
    text
}

/// One field: a small name, and the value with every run of blanks and line ends as one blank, none at its ends.
fn field(raw: &[u8]) -> Vec<u8> {
    let colon = raw.iter().position(|byte| *byte == b':').unwrap_or(raw.len());
    let mut text = raw[..colon].trim_ascii_end().to_ascii_lowercase();
    text.push(b':');
    text.extend(squeezed(raw.get(colon + 1..).unwrap_or_default().trim_ascii()));
    text
}

/// The field of a signature with nothing behind its `b=`, which is its last tag.
pub fn without_signature(raw: &[u8]) -> Vec<u8> {
    match raw.windows(3).rposition(|three| three == b"\tb=") {
        Some(at) => raw[..at + 3].to_vec(),
        None => raw.to_vec(),
    }
}

/// The body: blanks at line ends gone, runs of them one blank, empty lines at the end gone.
pub fn body(body: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(body.len());
    // Empty lines that may be the last.
    let mut empty = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r\n").unwrap_or(line);
        let end = line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |last| last + 1);
        if end == 0 {
            empty += 1;
            continue;
        }
        text.extend(std::iter::repeat_n(*b"\r\n", empty).flatten());
        empty = 0;
        text.extend(squeezed(&line[..end]));
        text.extend_from_slice(b"\r\n");
    }
    text
}

/// Runs of blanks as one blank; line ends, which only headers have inside, are gone.
fn squeezed(text: &[u8]) -> Vec<u8> {
    let mut squeezed = Vec::with_capacity(text.len());
    let mut after_blank = false;
    for byte in text {
        match byte {
            b' ' | b'\t' => after_blank = true,
            b'\r' | b'\n' => {}
            other => {
                if after_blank {
                    squeezed.push(b' ');
                }
                after_blank = false;
                squeezed.push(*other);
            }
        }
    }
    squeezed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_comes_out_as_printed_there() {
        // RFC 6376 section 3.4.5.
        let message = b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
        let (header, text) = split(message);
        let canonical: Vec<Vec<u8>> = fields(header).iter().map(|found| field(found.raw)).collect();
        assert_eq!(canonical, [b"a:X".to_vec(), b"b:Y Z".to_vec()]);
        assert_eq!(body(text), b" C\r\nD E\r\n");
    }

    #[test]
    fn an_empty_body_is_nothing_and_a_last_line_gets_its_end() {
        assert_eq!(body(b""), b"");
        assert_eq!(body(b"\r\n\r\n \t\r\n"), b"");
        assert_eq!(body(b"a"), b"a\r\n");
        assert_eq!(body(b"a\r\n\r\n\r\nb\r\n"), b"a\r\n\r\n\r\nb\r\n");
    }

    #[test]
    fn a_message_is_split_at_its_first_empty_line() {
        assert_eq!(split(b"A: b\r\n\r\nc\r\n\r\nd"), (&b"A: b\r\n"[..], &b"c\r\n\r\nd"[..]));
        assert_eq!(split(b"A: b\r\n"), (&b"A: b\r\n"[..], &b""[..]));
        assert_eq!(split(b"\r\nbody"), (&b""[..], &b"body"[..]));
    }

    #[test]
    fn of_fields_of_one_name_the_last_is_signed_first_and_one_that_is_not_there_adds_nothing() {
        let header = b"A: 1\r\nB: 2\r\nA: 3\r\n";
        let found = fields(header);
        assert_eq!(signed_text(&found, &["a", "A", "a", "c"], b"S: b="), b"a:3\r\na:1\r\ns:b=");
    }

    #[test]
    fn the_signature_is_taken_out_of_its_field() {
        assert_eq!(without_signature(b"S: bh=x;\r\n\tb=abc\r\n\t def"), b"S: bh=x;\r\n\tb=");
    }
}
