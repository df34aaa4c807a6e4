"""The pages of collection points: staff's, hosts', and the public's check of a poster."""

from flask import Blueprint

from fundapp.points.checking_views import blueprint as posters
from fundapp.points.host_views import blueprint as hosts
from fundapp.points.hosting_views import blueprint as hosting
from fundapp.points.report_views import blueprint as reports
from fundapp.points.views import blueprint as points

blueprints: tuple[Blueprint, ...] = (points, posters, reports, hosts, hosting)
