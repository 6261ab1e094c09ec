//! Moments.

use cocket::Timestamp;

use crate::error::{Error, put};
use crate::guard::{self, Failure, Status};
use crate::text::Text;

/// A moment. All zeros is a moment that was not set, and an error where one is needed.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Time {
    /// Seconds since 1970-01-01T00:00:00Z, as `time()` gives them.
    pub seconds: i64,
    /// Nanoseconds of the second, from 0 to 999,999,999.
    pub nanoseconds: i32,
}

impl Time {
    /// No moment.
    pub(crate) const NEVER: Self = Self { seconds: 0, nanoseconds: 0 };

    pub(crate) fn of(moment: Timestamp) -> Self {
        // Before 1970 both parts of a timestamp are negative; here the second one never is.
        let (seconds, nanoseconds) = (moment.as_second(), moment.subsec_nanosecond());
        match nanoseconds {
            ..0 => Self {
                seconds: seconds.saturating_sub(1),
                nanoseconds: nanoseconds.saturating_add(1_000_000_000),
            },
            0.. => Self { seconds, nanoseconds },
        }
    }

    pub(crate) fn read(self, name: &str) -> Result<Timestamp, Failure> {
        let invalid = |message: String| Failure::argument(Status::InvalidArgument, name, message);
        if self.seconds == 0 && self.nanoseconds == 0 {
            return Err(invalid("is not set".to_owned()));
        }
        if !(0..1_000_000_000).contains(&self.nanoseconds) {
            return Err(invalid(format!("has `{}` nanoseconds", self.nanoseconds)));
        }
        Timestamp::new(self.seconds, self.nanoseconds).map_err(|error| invalid(error.to_string()))
    }
}

/// Reads a moment in RFC 3339 with an offset, such as `2026-11-23T12:00:00Z`, and writes it to
/// `out`. May be called from any thread at any time.
///
/// # Safety
/// `text` holds as many bytes as it says; `out` and `error` are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cocket_time_parse(
    text: Text,
    out: *mut Time,
    error: *mut *mut Error,
) -> Status {
    let work = || {
        // SAFETY: the caller's promise.
        let text = unsafe { text.required("text")? };
        let moment = text.parse::<Timestamp>().map_err(|error| {
            Failure::argument(Status::InvalidArgument, "text", error.to_string())
        })?;
        // SAFETY: the caller's promise.
        unsafe { put(out, Time::of(moment)) }
    };
    // SAFETY: the caller's promise.
    unsafe { guard::call(error, work) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_come_back_also_before_1970() {
        for text in ["2026-11-23T12:00:00.25Z", "1969-12-31T23:59:59.75Z", "1960-01-01T00:00:00Z"] {
            let moment: Timestamp = text.parse().unwrap();
            assert_eq!(Time::of(moment).read("t").unwrap(), moment);
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for (seconds, nanoseconds) in [(0, 0), (1, -1), (1, 1_000_000_000), (i64::MAX, 0)] {
            let time = Time { seconds, nanoseconds };
            assert_eq!(time.read("t").unwrap_err().status, Status::InvalidArgument);
        }
    }
}
