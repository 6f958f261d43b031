use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tokio_util::io::ReaderStream;
use utoipa::{IntoParams, ToSchema};
use workspace::files::{Found, Matches};

use super::{AppState, caller::Known, path::Path, query::Params};
use crate::app::{Error, Result};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GetFiles {
    /// Relative; the workspace itself unless told.
    path: Option<String>,
    /// Files whose path has these letters in order.
    query: Option<String>,
    /// 1 to 1000, 200 unless told.
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GetRawFile {
    /// Relative, of a file.
    #[serde(default)]
    path: String,
    /// To be saved rather than shown.
    download: Option<bool>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GetArchive {
    /// A directory in the workspace; all of it unless told.
    path: Option<String>,
    /// Also what is ignored.
    ignored: Option<bool>,
}

/// What a path leads to, or what was found by name.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum FilesResponse {
    Found(Found),
    Matches(Matches),
}

/// A directory or a file of the workspace, or files by name.
#[utoipa::path(get, path = "/v1/agents/{id}/files", operation_id = "getFiles", tag = "workspaces", params(("id" = String, Path), GetFiles), responses((status = 200, body = FilesResponse), (status = 400, body = super::error::Envelope), (status = 404, body = super::error::Envelope)))]
pub async fn get_files(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
    Params(params): Params<GetFiles>,
) -> Result<Json<FilesResponse>> {
    let limit = match params.limit.unwrap_or(200) {
        limit @ 1..=1000 => limit as usize,
        _ => return Err(Error::invalid("limit is a number from 1 to 1000.")),
    };
    if let Some(query) = params.query {
        if query.len() > 500 {
            return Err(Error::invalid("query is longer than 500 bytes."));
        }
        let found = app.in_files(caller.user_id, &id, move |files| files.search(&query, limit)).await?;
        return Ok(Json(FilesResponse::Matches(found)));
    }
    let path = params.path.unwrap_or_default();
    let look = move |files: &workspace::Files| files.look(&path, limit, params.cursor.as_deref());
    Ok(Json(FilesResponse::Found(app.in_files(caller.user_id, &id, look).await?)))
}

/// The bytes of a file. Nothing in it can run, whatever it is.
#[utoipa::path(get, path = "/v1/agents/{id}/files/raw", operation_id = "getRawFile", tag = "workspaces", params(("id" = String, Path), GetRawFile), responses((status = 200, content_type = "application/octet-stream"), (status = 400, body = super::error::Envelope), (status = 404, body = super::error::Envelope)))]
pub async fn get_raw_file(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
    Params(params): Params<GetRawFile>,
) -> Result<Response> {
    let path = params.path;
    let opened = app.in_files(caller.user_id, &id, move |files| files.open_file(&path)).await?;
    let mut headers = isolated(shown_as(&opened.mime_type));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(opened.size));
    if params.download == Some(true) {
        headers.insert(header::CONTENT_DISPOSITION, attachment(&opened.name));
    }
    // It may grow while it is read; what was promised is what is sent.
    let bytes = tokio::io::AsyncReadExt::take(tokio::fs::File::from_std(opened.file), opened.size);
    Ok((headers, Body::from_stream(ReaderStream::with_capacity(bytes, 64 * 1024))).into_response())
}

/// The workspace, or a directory in it, as a `.tar.gz`.
#[utoipa::path(get, path = "/v1/agents/{id}/archive", operation_id = "getArchive", tag = "workspaces", params(("id" = String, Path), GetArchive), responses((status = 200, content_type = "application/gzip"), (status = 400, body = super::error::Envelope), (status = 404, body = super::error::Envelope)))]
pub async fn get_archive(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
    Params(params): Params<GetArchive>,
) -> Result<Response> {
    let path = params.path.unwrap_or_default();
    let (name, reader) = app.archive(caller.user_id, &id, &path, params.ignored.unwrap_or(false)).await?;
    let mut headers = isolated("application/gzip");
    headers.insert(header::CONTENT_DISPOSITION, attachment(&format!("{name}.tar.gz")));
    // It is compressed as it is.
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("identity"));
    Ok((headers, Body::from_stream(ReaderStream::with_capacity(reader, 64 * 1024))).into_response())
}

/// Pictures are what they are; everything else is text or bytes.
fn shown_as(mime_type: &str) -> &'static str {
    match mime_type {
        "image/png" => "image/png",
        "image/jpeg" => "image/jpeg",
        "image/gif" => "image/gif",
        "image/webp" => "image/webp",
        "image/avif" => "image/avif",
        "image/svg+xml" => "image/svg+xml",
        "application/pdf" => "application/octet-stream",
        text if text.starts_with("text/") || text == "application/json" || text == "application/javascript" => {
            "text/plain; charset=utf-8"
        }
        _ => "application/octet-stream",
    }
}

/// As if it came from nowhere: no script, no request, no origin.
fn isolated(content_type: &'static str) -> HeaderMap {
    let policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";
    HeaderMap::from_iter([
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
    ])
}

/// Saved under that name, in any alphabet.
fn attachment(name: &str) -> HeaderValue {
    let plain: String =
        name.chars().map(|char| if char.is_ascii_alphanumeric() || "._- ".contains(char) { char } else { '_' }).collect();
    let encoded: String = name
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    HeaderValue::from_str(&format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"))
        .unwrap_or(HeaderValue::from_static("attachment"))
}
