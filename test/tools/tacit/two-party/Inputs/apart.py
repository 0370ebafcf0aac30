"""As parties.py, for a server and a client that have folders of their own: SERVER CLIENT
[client options]."""
import sys

import parties

server, client, *options = sys.argv[1:]
sys.exit(parties.run(server, client, [], options))
