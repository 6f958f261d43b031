//! Whether somebody is logged in, as `status --format json` tells it.

use serde::Deserialize;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    pub logged_in: bool,
    /// True when there is a token that the service seems not to accept any more: the CLI has it, but
    /// does not know whose it is.
    pub stale: bool,
    pub email: Option<String>,
    /// The CLI's own words.
    pub message: Option<String>,
}

/// The status; nothing if the text holds none.
pub fn parse(text: &str) -> Option<Status> {
    let json = text.get(text.find('{')?..)?;
    let wire: Wire = serde_json::Deserializer::from_str(json).into_iter().next()?.ok()?;
    if wire.status.is_none() && wire.is_authenticated.is_none() {
        return None;
    }
    let logged_in = wire.is_authenticated.unwrap_or(wire.status.as_deref() == Some("authenticated"));
    let email = wire.user_info.as_ref().and_then(|user| user.email.clone());
    let stale = wire.has_access_token == Some(true) && (!logged_in || wire.user_info.is_none());
    Some(Status { logged_in, stale, email, message: wire.message })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Wire {
    status: Option<String>,
    is_authenticated: Option<bool>,
    has_access_token: Option<bool>,
    user_info: Option<User>,
    message: Option<String>,
}

#[derive(Deserialize)]
struct User {
    email: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logged_in_out_and_stale() {
        let text = r#"{"status":"authenticated","isAuthenticated":true,"hasAccessToken":true,"hasRefreshToken":true,"userInfo":{"email":"a@b.c","userId":1}}"#;
        let logged_in = Status { logged_in: true, email: Some("a@b.c".into()), ..Status::default() };
        assert_eq!(parse(text), Some(logged_in));
        let text = r#"{"status":"unauthenticated","isAuthenticated":false,"hasAccessToken":false,"hasRefreshToken":false,"message":"Not logged in"}"#;
        let logged_out = Status { message: Some("Not logged in".into()), ..Status::default() };
        assert_eq!(parse(text), Some(logged_out));
        let text = "warning: x\n{\"status\":\"authenticated\",\"isAuthenticated\":true,\"hasAccessToken\":true}\n";
        assert_eq!(parse(text), Some(Status { logged_in: true, stale: true, ..Status::default() }));
    }

    #[test]
    fn anything_else_is_no_status() {
        for text in ["", "Not logged in", "{}", "{\"status\":", "{\"message\":\"x\"}"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
