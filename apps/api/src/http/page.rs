//! The page's files, which stand in the program.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

use super::{AppState, error};

#[derive(RustEmbed)]
#[folder = "../web/dist"]
struct Files;

/// The page asks nobody but us, whatever stands in a conversation.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
     font-src 'self' data:; connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

/// A file of the page, or the page itself for an address of its own. A missing asset is a 404,
/// never the page.
pub async fn serve(State(app): State<AppState>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return error::unknown_route().await.into_response();
    }
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Files::get(path).filter(|_| path != "index.html") {
        let etag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..12]));
        let forever = path.starts_with("assets/");
        let caching = if forever { "public, max-age=31536000, immutable" } else { "no-cache" };
        let kind = mime_guess::from_path(path).first_or_octet_stream();
        let common = [
            (header::ETAG, etag.clone()),
            (header::CACHE_CONTROL, caching.to_owned()),
            (header::CONTENT_TYPE, kind.essence_str().to_owned()),
        ];
        if headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == etag.as_bytes()) {
            return (StatusCode::NOT_MODIFIED, common).into_response();
        }
        return (common, Body::from(file.data)).into_response();
    }
    let wants_page = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_none_or(|accept| accept.contains("text/html") || accept.contains("*/*"));
    let is_page_address = !path.starts_with("v1/") && path != "v1" && !path.starts_with("assets/") && !path.contains('.');
    if !wants_page || !is_page_address {
        return error::unknown_route().await.into_response();
    }
    index(State(app)).await
}

/// The page itself.
pub async fn index(State(app): State<AppState>) -> Response {
    let Some(index) = Files::get("index.html") else {
        let message = "This program was built without its page. Run `make build`; the API works all the same.";
        return (StatusCode::NOT_FOUND, message).into_response();
    };
    let html = String::from_utf8_lossy(&index.data).replacen(
        "<base href=\"/\"",
        &format!("<base href=\"{}/\"", app.config.base_path),
        1,
    );
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
    ];
    (headers, html).into_response()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
