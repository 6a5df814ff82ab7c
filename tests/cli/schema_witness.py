"""schema_witness.py SCHEMA FILE...: which YAML files a JSON Schema lets pass, by a validator that shares no
code with knead. Prints `FILE: ok` or `FILE: PATH: MESSAGE`; exits 1 if any is refused, 2 if the schema itself
is none."""

import json
import re
import sys

import jsonschema
import yaml


class OneKeyOnce(yaml.SafeLoader):
    """YAML as the files are meant: a key that stands twice is an error."""


def mapping(loader, node):
    keys = [loader.construct_object(key) for key, _ in node.value]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise yaml.constructor.ConstructorError(None, None, f"'{twice[0]}' stands twice", node.start_mark)
    return loader.construct_mapping(node, deep=True)


OneKeyOnce.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)

# PyYAML reads numbers as YAML 1.1 did, where 1e-3 is a text; since YAML 1.2 it is a number.
OneKeyOnce.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789"))


def judge(validator, path):
    """The first thing wrong with a file, or None."""
    try:
        with open(path, encoding="utf-8") as file:
            document = yaml.load(file, OneKeyOnce)
    except yaml.YAMLError as error:
        return str(error).replace("\n", " ")
    for error in sorted(validator.iter_errors(document), key=lambda found: list(map(str, found.path))):
        return f"{'.'.join(map(str, error.path))}: {error.message[:200]}"
    return None


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    try:
        jsonschema.Draft7Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        print(f"{sys.argv[1]}: {error.message}")
        return 2
    validator = jsonschema.Draft7Validator(schema)
    refused = 0
    for path in sys.argv[2:]:
        found = judge(validator, path)
        print(f"{path}: {found or 'ok'}")
        refused += found is not None
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
