//! The changes of state that a page follows.

use db::{Change, ChangeRow, query::changes};

use super::{App, Result};

/// So many are read at a time.
const BATCH: u64 = 200;

impl App {
    /// The number of the last change; what comes after it is news to who looks now.
    pub async fn latest_change(&self) -> Result<i64> {
        Ok(changes::latest(&self.db).await?)
    }

    /// The changes after `after`; `None` when some of them are not kept any more.
    pub async fn changes_after(&self, user_id: i64, after: i64) -> Result<Option<Vec<ChangeRow>>> {
        let oldest = changes::oldest(&self.db).await?;
        let known = after <= changes::latest(&self.db).await? && oldest.is_none_or(|oldest| after + 1 >= oldest);
        if !known {
            return Ok(None);
        }
        let mut rows = changes::after(&self.db, user_id, after, BATCH).await?;
        // Of several changes of one thing the last tells all.
        let all: Vec<Option<Change>> = rows.iter().map(ChangeRow::change).collect();
        let mut index = 0;
        rows.retain(|_| {
            index += 1;
            !all[index..].contains(&all[index - 1])
        });
        Ok(Some(rows))
    }
}
