//! Pictures of entries: given by the platform team, or taken from the chart.

use super::{lock, subject};
use crate::app::{Ctx, Result, change};
use crate::store;
use crate::store::icons::Icon;
use charts::archive::{Digest, Files};
use charts::chart::Chart;
use charts::picture::Picture;
use domain::audit::EventKind;
use domain::name::EntryName;
use domain::{Action, Refusal};

/// Gives an entry a picture of its own.
pub async fn set_icon(ctx: &Ctx, entry: &EntryName, bytes: Vec<u8>) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    let picture = Picture::read(bytes).map_err(|error| Refusal::invalid("icon", &error.to_string()))?;
    let (digest, icon) = kept(&picture);
    change!(ctx, |tx| {
        lock(tx, entry).await?;
        if store::icons::find_of_entry(&mut **tx, entry).await?.as_ref() == Some(&digest) {
            return Ok(());
        }
        store::icons::keep(&mut **tx, &digest, &icon, ctx.now()).await?;
        store::icons::set(&mut **tx, entry, Some(&digest)).await?;
        tx.record(ctx, subject(entry), None, EventKind::EntryIconChanged { digest: Some(digest.clone()) });
        Ok(())
    })
}

/// Lets it have the one of its chart again.
pub async fn remove_icon(ctx: &Ctx, entry: &EntryName) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        lock(tx, entry).await?;
        if store::icons::find_of_entry(&mut **tx, entry).await?.is_some() {
            store::icons::set(&mut **tx, entry, None).await?;
            tx.record(ctx, subject(entry), None, EventKind::EntryIconChanged { digest: None });
        }
        Ok(())
    })
}

/// Makes it what a file beside the entry's is, and answers whether that took anything.
pub async fn apply_icon(ctx: &Ctx, entry: &EntryName, bytes: Vec<u8>) -> Result<bool> {
    let has = Digest::of(&bytes).to_hex();
    if store::icons::find_of_entry(ctx.db(), entry).await? == Some(has) {
        return Ok(false);
    }
    set_icon(ctx, entry, bytes).await.map(|()| true)
}

/// The chart's own; why there is none of one that cannot be shown, which keeps nothing from being taken in.
pub(super) fn of_chart(chart: &Chart, files: &Files) -> std::result::Result<Option<(String, Icon)>, String> {
    let picture = Picture::of_chart(chart, files).transpose();
    picture.map(|picture| picture.as_ref().map(kept)).map_err(|why| format!("not shown: it {why}"))
}

/// As it is kept, by its digest.
fn kept(picture: &Picture) -> (String, Icon) {
    let icon = Icon { media_type: picture.media_type().to_owned(), bytes: picture.bytes().to_vec() };
    (Digest::of(picture.bytes()).to_hex(), icon)
}
