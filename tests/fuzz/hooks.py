"""What Schemathesis does not know by itself of the media types of the API."""

import schemathesis
import yaml
from schemathesis.core.deserialization import get_yaml_loader

# An archive of a chart: any bytes will do, most of which are none.
schemathesis.serializer.alias("application/gzip", "application/octet-stream")


@schemathesis.deserializer("application/yaml")
def documents(_context, response):
    """A stream of manifests has several documents. One alone is what it says; several are described as text."""
    text = response.content.decode("utf-8")
    found = list(yaml.load_all(text, get_yaml_loader()))
    return found[0] if len(found) == 1 else text
