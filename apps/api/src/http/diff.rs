use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use workspace::diff::{FileDiff, Options};

use super::{AppState, caller::Known, path::Path, query::Params};
use crate::app::{
    Error, Result,
    clock::rfc3339,
    workspace::{
        diff::{Between, Point},
        recorder::LeftOut,
    },
};

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct GetDiff {
    /// What this run changed.
    run_id: Option<String>,
    /// A checkpoint's id, `base` or `now`; `base` unless told.
    from: Option<String>,
    /// The same; `now` unless told.
    to: Option<String>,
    /// Only this file, or those below this directory.
    path: Option<String>,
    /// false: only the list of files.
    hunks: Option<bool>,
    /// Files: 1 to 100, 50 unless told; up to 1000 without hunks.
    limit: Option<i64>,
    cursor: Option<String>,
    /// Lines around a change: 0 to 100, 3 unless told.
    context: Option<u32>,
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct GetPatch {
    run_id: Option<String>,
    from: Option<String>,
    to: Option<String>,
    path: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Diff)]
pub struct DiffResponse {
    from: DiffPoint,
    to: DiffPoint,
    files: Vec<FileDiff>,
    total_files: u64,
    additions: u64,
    deletions: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// Too large, or not to be read; not part of the diff.
    not_captured: Vec<NotCaptured>,
    /// Another agent worked in the same place meanwhile.
    may_hold_others_work: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DiffPoint {
    /// `base`, `now`, or what kind of checkpoint it is.
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct NotCaptured {
    path: String,
    size: u64,
}

/// What a chat changed, uncommitted work included.
#[utoipa::path(get, path = "/v1/agents/{id}/diff", operation_id = "getDiff", tag = "workspaces", params(("id" = String, Path), GetDiff), responses((status = 200, body = DiffResponse), (status = 404, body = super::error::Envelope), (status = 409, body = super::error::Envelope)))]
pub async fn get_diff(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
    Params(params): Params<GetDiff>,
) -> Result<Json<DiffResponse>> {
    let hunks = params.hunks.unwrap_or(true);
    let most = if hunks { 100 } else { 1000 };
    let limit = match params.limit.unwrap_or(50) {
        limit if (1..=most).contains(&limit) => limit as usize,
        _ => return Err(Error::invalid(format!("limit is a number from 1 to {most}."))),
    };
    let context = params.context.unwrap_or(3);
    if context > 100 {
        return Err(Error::invalid("context is a number from 0 to 100."));
    }
    let options = Options { path: params.path, limit, after: params.cursor, hunks, context, left_out: Vec::new() };
    let between = Between { run_id: params.run_id, from: params.from, to: params.to };
    let found = app.diff(caller.user_id, &id, &between, &options).await?;
    Ok(Json(DiffResponse {
        not_captured: found.to.left_out.iter().map(not_captured).collect(),
        from: point(&found.from),
        to: point(&found.to),
        files: found.diff.files,
        total_files: found.diff.total_files,
        additions: found.diff.additions,
        deletions: found.diff.deletions,
        next_cursor: found.diff.next_cursor,
        may_hold_others_work: found.may_hold_others_work,
    }))
}

/// The same as one patch, for `git apply`.
#[utoipa::path(get, path = "/v1/agents/{id}/patch", operation_id = "getPatch", tag = "workspaces", params(("id" = String, Path), GetPatch), responses((status = 200, body = String, content_type = "text/x-patch"), (status = 404, body = super::error::Envelope), (status = 409, body = super::error::Envelope)))]
pub async fn get_patch(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
    Params(params): Params<GetPatch>,
) -> Result<Response> {
    let between = Between { run_id: params.run_id, from: params.from, to: params.to };
    let patch = app.patch_of(caller.user_id, &id, &between, params.path.as_deref()).await?;
    Ok(([(header::CONTENT_TYPE, "text/x-patch; charset=utf-8"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], patch)
        .into_response())
}

fn point(point: &Point) -> DiffPoint {
    DiffPoint { kind: point.kind.clone(), checkpoint_id: point.checkpoint_id.clone(), at: point.at.map(rfc3339) }
}

fn not_captured(file: &LeftOut) -> NotCaptured {
    NotCaptured { path: file.path.clone(), size: file.size }
}
