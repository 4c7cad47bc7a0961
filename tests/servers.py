"""Print the address of a PostgreSQL that tests may make databases on; exit 1, with the reason, where none answers."""

import getpass
import os
import sys

import psycopg

MAY_CREATE = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"


def addresses() -> list[str]:
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return [given]
    places = ("", "127.0.0.1")
    return [f"postgresql://{user}@{place}/postgres" for place in places for user in (getpass.getuser(), "postgres")]


def objection(address: str) -> str:
    """Why tests cannot run there; empty where they can."""
    try:
        with psycopg.connect(address, connect_timeout=2) as connection:
            found = connection.execute(MAY_CREATE).fetchone()
    except psycopg.Error as error:
        return str(error).strip().splitlines()[-1]
    return "" if found and found[0] else "its role may not create databases"


def main() -> int:
    reason = ""
    for address in addresses():
        reason = objection(address)
        if not reason:
            print(address)  # noqa: T201 - this module is a program
            return 0
    print(reason, file=sys.stderr)  # noqa: T201 - as above
    return 1


if __name__ == "__main__":
    sys.exit(main())
