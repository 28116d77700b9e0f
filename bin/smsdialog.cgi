#!/usr/bin/env python3
"""The WSGI application as a CGI program; the configuration is named by $SMSDIALOG_CONFIG."""

import os
import sys

package = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
if os.path.isfile(os.path.join(package, "smsdialog", "wsgi.py")):
    sys.path.insert(0, package)

from smsdialog import checkout  # noqa: E402

checkout.use_its_environment(package)

from wsgiref.handlers import CGIHandler  # noqa: E402

from smsdialog.wsgi import application  # noqa: E402

CGIHandler().run(application)
