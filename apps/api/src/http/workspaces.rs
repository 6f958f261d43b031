use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workspace::overlay::{Committed, Method, Updated};

use super::{
    AppState,
    agents::IdResponse,
    body::{Body, Optional},
    caller::Known,
    path::Path,
    shape::workspace::{self as shape, WorkspaceDetails},
};
use crate::app::{Error, Result, workspace::apply::Applied};

#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct CommitRequest {
    /// The chat's name unless told.
    message: Option<String>,
    /// Only the repository there; `""` is the workspace itself.
    path: Option<String>,
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct RepositoryRequest {
    /// Only the repository there; `""` is the workspace itself.
    path: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub struct UpdateRequest {
    /// `merge` or `rebase`.
    method: Option<String>,
    path: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct CommitsResponse {
    items: Vec<Commit>,
}

#[derive(Serialize, ToSchema)]
pub struct Commit {
    path: String,
    branch: String,
    commit: String,
}

#[derive(Serialize, ToSchema)]
pub struct PushesResponse {
    items: Vec<Push>,
}

#[derive(Serialize, ToSchema)]
pub struct Push {
    path: String,
    url: String,
    branch: String,
    commit: String,
}

#[derive(Serialize, ToSchema)]
pub struct UpdatesResponse {
    items: Vec<Update>,
}

#[derive(Serialize, ToSchema)]
pub struct Update {
    path: String,
    /// `up_to_date`, `updated` or `conflicts`.
    state: &'static str,
    /// How many came in, or are to.
    commits: u64,
    conflicts: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub struct ApplyResponse {
    path: String,
    files: u64,
}

/// An agent's workspace: how large it is, and how its repositories stand.
#[utoipa::path(get, path = "/v1/agents/{id}/workspace", operation_id = "getWorkspace", tag = "workspaces", params(("id" = String, Path)), responses((status = 200, body = WorkspaceDetails), (status = 404, body = super::error::Envelope)))]
pub async fn get_workspace(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Result<Json<WorkspaceDetails>> {
    let agent = app.get_agent(caller.user_id, &id).await?;
    let (size, repositories) = tokio::join!(app.workspace_size(&agent), app.repositories(&agent));
    Ok(Json(shape::details(&app, &agent, size, repositories?)))
}

/// Commits all that is not committed, under the user's name.
#[utoipa::path(post, path = "/v1/agents/{id}/commit", operation_id = "commitWorkspace", tag = "workspaces", params(("id" = String, Path)), request_body = CommitRequest, responses((status = 200, body = CommitsResponse), (status = 404, body = super::error::Envelope), (status = 409, body = super::error::Envelope)))]
pub async fn commit(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
    Optional(body): Optional<CommitRequest>,
) -> Result<Json<CommitsResponse>> {
    let committing = app.clone();
    let work = async move { committing.commit(caller.user_id, &id, body.message, body.path.as_deref()).await };
    let items = app.to_its_end(work).await?.into_iter();
    let items = items.map(|(path, Committed { branch, commit })| Commit { path, branch, commit }).collect();
    Ok(Json(CommitsResponse { items }))
}

/// Pushes the branches to where their repositories came from.
#[utoipa::path(post, path = "/v1/agents/{id}/push", operation_id = "pushWorkspace", tag = "workspaces", params(("id" = String, Path)), request_body = RepositoryRequest, responses((status = 200, body = PushesResponse), (status = 404, body = super::error::Envelope), (status = 409, body = super::error::Envelope), (status = 502, body = super::error::Envelope)))]
pub async fn push(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
    Optional(body): Optional<RepositoryRequest>,
) -> Result<Json<PushesResponse>> {
    let pushing = app.clone();
    let work = async move { pushing.push(caller.user_id, &id, body.path.as_deref()).await };
    let items = app.to_its_end(work).await?.into_iter();
    let items = items.map(|(repository, pushed)| Push {
        path: repository.path,
        url: repository.url.unwrap_or_default(),
        branch: pushed.branch,
        commit: pushed.commit,
    });
    Ok(Json(PushesResponse { items: items.collect() }))
}

/// Brings in what the base has besides.
#[utoipa::path(post, path = "/v1/agents/{id}/update", operation_id = "updateWorkspace", tag = "workspaces", params(("id" = String, Path)), request_body = UpdateRequest, responses((status = 200, body = UpdatesResponse), (status = 404, body = super::error::Envelope), (status = 409, body = super::error::Envelope), (status = 502, body = super::error::Envelope)))]
pub async fn update(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
    Body(body): Body<UpdateRequest>,
) -> Result<Json<UpdatesResponse>> {
    // Who may not see the agent learns nothing of what it takes.
    app.get_agent(caller.user_id, &id).await?;
    let method = match body.method.as_deref() {
        Some("merge") => Method::Merge,
        Some("rebase") => Method::Rebase,
        _ => return Err(Error::invalid("method is merge or rebase.")),
    };
    let updating = app.clone();
    let work = async move { updating.update(caller.user_id, &id, method, body.path.as_deref()).await };
    let items = app.to_its_end(work).await?.into_iter();
    let items = items.map(|(path, updated)| match updated {
        Updated::UpToDate => Update { path, state: "up_to_date", commits: 0, conflicts: Vec::new() },
        Updated::Updated { commits } => Update { path, state: "updated", commits, conflicts: Vec::new() },
        Updated::Conflicts { commits, paths } => Update { path, state: "conflicts", commits, conflicts: paths },
    });
    Ok(Json(UpdatesResponse { items: items.collect() }))
}

/// Ends an unfinished merge.
#[utoipa::path(post, path = "/v1/agents/{id}/update/abort", operation_id = "abortUpdate", tag = "workspaces", params(("id" = String, Path)), request_body = RepositoryRequest, responses((status = 200, body = IdResponse), (status = 404, body = super::error::Envelope), (status = 409, body = super::error::Envelope)))]
pub async fn abort_update(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
    Optional(body): Optional<RepositoryRequest>,
) -> Result<Json<IdResponse>> {
    let aborting = app.clone();
    let work = async move { aborting.abort_update(caller.user_id, &id, body.path.as_deref()).await.map(|()| id) };
    Ok(Json(IdResponse { id: app.to_its_end(work).await? }))
}

/// Brings the changes of a copy into the directory it is a copy of.
#[utoipa::path(post, path = "/v1/agents/{id}/apply", operation_id = "applyToCheckout", tag = "workspaces", params(("id" = String, Path)), responses((status = 200, body = ApplyResponse), (status = 404, body = super::error::Envelope), (status = 409, body = super::error::Envelope)))]
pub async fn apply(State(app): State<AppState>, Known(caller): Known, Path(id): Path<String>) -> Result<Response> {
    let applying = app.clone();
    let applied = app.to_its_end(async move { applying.apply(caller.user_id, &id).await }).await?;
    Ok(match applied {
        Applied::Done { path, files } => Json(ApplyResponse { path: path.to_string_lossy().into_owned(), files }).into_response(),
        Applied::Conflicts(conflicts) => {
            let message = "Your checkout has changes of its own in these files, so nothing was changed. Commit or stash them, then try again.";
            let error = serde_json::json!({ "error": { "code": "apply_conflict", "message": message, "conflicts": conflicts } });
            (StatusCode::CONFLICT, Json(error)).into_response()
        }
    })
}
