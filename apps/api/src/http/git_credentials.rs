use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AppState, agents::IdResponse, body::Body, caller::Known, path::Path};
use crate::app::{GitCredentialRow, Result, clock::rfc3339};

#[derive(Serialize, ToSchema)]
pub struct ListGitCredentialsResponse {
    items: Vec<GitCredential>,
}

/// A user and a token that are kept; the token is never shown.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GitCredential {
    id: String,
    /// `https://host`, or a URL below it.
    scope: String,
    username: String,
    created_at: String,
}

#[derive(Deserialize, ToSchema)]
pub struct PutGitCredentialRequest {
    scope: String,
    /// What the host takes with a token alone, unless told.
    username: Option<String>,
    token: String,
}

#[utoipa::path(get, path = "/v1/git-credentials", operation_id = "listGitCredentials", tag = "workspaces", responses((status = 200, body = ListGitCredentialsResponse)))]
pub async fn list_git_credentials(State(app): State<AppState>, Known(caller): Known) -> Result<Json<ListGitCredentialsResponse>> {
    let rows = app.list_git_credentials(caller.user_id).await?;
    Ok(Json(ListGitCredentialsResponse { items: rows.into_iter().map(shape).collect() }))
}

/// Keeps a user and a token for a host, encrypted; in place of those of the same scope.
#[utoipa::path(put, path = "/v1/git-credentials", operation_id = "putGitCredential", tag = "workspaces", request_body = PutGitCredentialRequest, responses((status = 200, body = GitCredential), (status = 400, body = super::error::Envelope)))]
pub async fn put_git_credential(
    State(app): State<AppState>,
    Known(caller): Known,
    Body(body): Body<PutGitCredentialRequest>,
) -> Result<Json<GitCredential>> {
    Ok(Json(shape(app.put_git_credential(caller.user_id, &body.scope, body.username, &body.token).await?)))
}

#[utoipa::path(delete, path = "/v1/git-credentials/{id}", operation_id = "deleteGitCredential", tag = "workspaces", params(("id" = String, Path)), responses((status = 200, body = IdResponse), (status = 404, body = super::error::Envelope)))]
pub async fn delete_git_credential(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Result<Json<IdResponse>> {
    app.delete_git_credential(caller.user_id, &id).await?;
    Ok(Json(IdResponse { id }))
}

fn shape(row: GitCredentialRow) -> GitCredential {
    GitCredential { id: row.id, scope: row.scope, username: row.username, created_at: rfc3339(row.created_at) }
}
