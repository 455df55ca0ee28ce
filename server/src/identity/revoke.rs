//! Taking back a refresh token whose session ended (RFC 7009), so that nothing is left of it at the provider.

use super::ProviderError;
use super::oauth::auth_type;
use super::provider::Provider;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use openidconnect::AuthType;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

impl Provider {
    /// Does nothing where the provider takes none back.
    pub async fn revoke(&self, refresh_token: &SecretString) -> Result<(), ProviderError> {
        let metadata = self.metadata().await.map_err(ProviderError::Unreachable)?;
        let Some(endpoint) = &metadata.additional_metadata().revocation_endpoint else { return Ok(()) };
        let auth = auth_type(metadata.token_endpoint_auth_methods_supported().map(Vec::as_slice));
        let request = self.revocation(endpoint.as_str(), refresh_token, &auth);
        let request = request.map_err(|error| ProviderError::Unproven(error.into()))?;
        let answer = self.http.send(request).await.map_err(|error| ProviderError::Unreachable(error.into()))?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            status => Err(ProviderError::SetUp(format!("revoking a refresh token was answered with {status}"))),
        }
    }

    fn revocation(
        &self,
        endpoint: &str,
        token: &SecretString,
        auth: &AuthType,
    ) -> http::Result<http::Request<Vec<u8>>> {
        let (id, secret) = (self.client_id.as_str(), self.client_secret.expose_secret());
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", token.expose_secret()).append_pair("token_type_hint", "refresh_token");
        let request = http::Request::post(endpoint).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = if let AuthType::RequestBody = auth {
            form.append_pair("client_id", id).append_pair("client_secret", secret);
            request
        } else {
            // Both parts are encoded first (RFC 6749, 2.3.1).
            let part = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let both = BASE64.encode(format!("{}:{}", part(id), part(secret)));
            request.header(AUTHORIZATION, format!("Basic {both}"))
        };
        request.body(form.finish().into_bytes())
    }
}
