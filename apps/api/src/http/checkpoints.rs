use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    AppState,
    caller::Known,
    path::Path,
    query::{Params, invalid_cursor, limit},
};
use crate::app::{CheckpointRow, Result, clock::rfc3339, workspace::recorder::LeftOut};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListCheckpoints {
    /// 1 to 100, 20 unless told.
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListCheckpointsResponse {
    items: Vec<Checkpoint>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// What stood in a workspace at a moment.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Checkpoint {
    id: String,
    /// `run_start`, `run_end`, `before_restore`, `before_update` or `before_give_up`.
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_id: Option<String>,
    created_at: String,
    /// The same where the files are.
    tree: String,
    /// How many files were too large or could not be read.
    not_captured: usize,
}

#[derive(Serialize, ToSchema)]
pub struct RestoreResponse {
    /// Of how it was until now.
    checkpoint: Checkpoint,
    /// Files.
    written: u64,
    removed: u64,
}

/// The checkpoints of an agent's workspace, newest first.
#[utoipa::path(get, path = "/v1/agents/{id}/checkpoints", operation_id = "listCheckpoints", tag = "workspaces", params(("id" = String, Path), ListCheckpoints), responses((status = 200, body = ListCheckpointsResponse), (status = 404, body = super::error::Envelope)))]
pub async fn list_checkpoints(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
    Params(params): Params<ListCheckpoints>,
) -> Result<Json<ListCheckpointsResponse>> {
    let before = params.cursor.map(|cursor| cursor.parse().map_err(|_| invalid_cursor())).transpose()?;
    let page = app.list_checkpoints(caller.user_id, &id, before, limit(params.limit)?).await?;
    let next_cursor = page.items.last().filter(|_| page.more).map(|last| last.number.to_string());
    Ok(Json(ListCheckpointsResponse { items: page.items.iter().map(checkpoint).collect(), next_cursor }))
}

/// Puts the captured files back as they were.
#[utoipa::path(post, path = "/v1/agents/{id}/checkpoints/{checkpointId}/restore", operation_id = "restoreCheckpoint", tag = "workspaces", params(("id" = String, Path), ("checkpointId" = String, Path)), responses((status = 200, body = RestoreResponse), (status = 404, body = super::error::Envelope), (status = 409, body = super::error::Envelope)))]
pub async fn restore_checkpoint(
    State(app): State<AppState>,
    Known(caller): Known,
    Path((id, checkpoint_id)): Path<(String, String)>,
) -> Result<Json<RestoreResponse>> {
    let restoring = app.clone();
    let work = async move { restoring.restore(caller.user_id, &id, &checkpoint_id).await };
    let (present, restored) = app.to_its_end(work).await?;
    Ok(Json(RestoreResponse { checkpoint: checkpoint(&present), written: restored.written, removed: restored.removed }))
}

fn checkpoint(row: &CheckpointRow) -> Checkpoint {
    let left_out: Vec<LeftOut> = serde_json::from_str(&row.not_captured).unwrap_or_default();
    Checkpoint {
        id: row.id.clone(),
        kind: row.kind.clone(),
        run_id: row.run_id.clone(),
        created_at: rfc3339(row.created_at),
        tree: row.tree.clone(),
        not_captured: left_out.len(),
    }
}
