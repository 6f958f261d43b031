use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{AppState, caller::Known, query::Params};
use crate::app::{Error, Result, launch::Driver};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListModels {
    /// `cursor` (the default) or `demo`.
    driver: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ModelListItem)]
pub struct Model {
    id: String,
    display_name: String,
    /// The one that is used when none is named.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_default: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ListModelsResponse)]
pub struct Models {
    items: Vec<Model>,
}

/// The models of the account; empty when the CLI does not tell.
#[utoipa::path(get, path = "/v1/models", operation_id = "listModels", tag = "account", params(ListModels), responses((status = 200, body = Models)))]
pub async fn list_models(
    State(app): State<AppState>,
    _caller: Known,
    Params(params): Params<ListModels>,
) -> Result<Json<Models>> {
    let driver = params.driver.as_deref().map_or(Some(Driver::Cursor), Driver::parse);
    let items = match driver.ok_or_else(|| Error::invalid("driver is cursor or demo."))? {
        Driver::Cursor => {
            let state = app.cursor_state().await;
            let models = state.models.iter().flatten();
            models
                .map(|model| Model { id: model.id.clone(), display_name: model.name.clone(), is_default: model.is_default })
                .collect()
        }
        Driver::Demo => [("auto", "Auto", true), ("demo-1", "Demo 1 (no AI)", false), ("demo-fast", "Demo fast (no AI)", false)]
            .map(|(id, name, is_default)| Model { id: id.to_owned(), display_name: name.to_owned(), is_default })
            .into(),
    };
    Ok(Json(Models { items }))
}
