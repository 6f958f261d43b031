//! Who asks: a key in `Authorization`, or the page's cookie.

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use base64::{Engine, engine::general_purpose::STANDARD};

use super::AppState;
use crate::app::{Error, Result, auth::Caller};

/// An extractor: a request without a valid credential does not reach the handler.
pub struct Known(pub Caller);

impl<S: Send + Sync> FromRequestParts<S> for Known
where
    AppState: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let app = AppState::from_ref(state);
        // A credential that is given and wrong is not made good by another one.
        let caller = match key(&parts.headers) {
            Some(key) => app.caller_of_key(&key).await?,
            None => match cookie(&parts.headers, &cookie_name(&app)) {
                Some(cookie) => app.caller_of_session(&cookie).await?,
                None => None,
            },
        };
        let message = "Send a valid key as `Authorization: Bearer KEY`. `cursor-selfhost keys create --name NAME` makes one; \
                       `cursor-selfhost link` signs a browser in.";
        caller.map(Self).ok_or_else(|| Error::unauthorized(message))
    }
}

/// Carries the instance: cookies are shared across the ports of a host.
pub fn cookie_name(app: &AppState) -> String {
    format!("cursor_selfhost_{}", app.data.instance)
}

pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs =
        headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

fn key(headers: &HeaderMap) -> Option<String> {
    // A header of another kind is a credential too, only not a valid one.
    let text = headers.get(header::AUTHORIZATION)?.to_str().unwrap_or_default();
    let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Some(rest.trim().to_owned()),
        "basic" => {
            let decoded = STANDARD.decode(rest.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
            // Cursor's clients name the key as the user; git's is asked for a password.
            Some(match decoded.split_once(':') {
                Some((user, "")) => user.to_owned(),
                Some((_, password)) => password.to_owned(),
                None => decoded,
            })
        }
        _ => Some(String::new()),
    }
}
