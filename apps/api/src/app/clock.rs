//! Times: milliseconds since 1970 inside, RFC 3339 in UTC outside.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

pub fn now_ms() -> i64 {
    (OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000) as i64
}

pub fn rfc3339(ms: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let text = time.format(&Rfc3339).unwrap_or_default();
    // Always three digits after the point, so that times sort as text.
    match text.strip_suffix('Z') {
        Some(head) => match head.split_once('.') {
            Some((seconds, fraction)) => format!("{seconds}.{fraction:0<3}Z"),
            None => format!("{head}.000Z"),
        },
        None => text,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_have_three_digits_after_the_point() {
        assert_eq!(super::rfc3339(1_776_105_000_000), "2026-04-13T18:30:00.000Z");
        assert_eq!(super::rfc3339(1_776_105_000_120), "2026-04-13T18:30:00.120Z");
    }
}
