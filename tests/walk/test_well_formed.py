"""What the walk takes for a fault in a page, and what not."""

from __future__ import annotations

import pytest

from tests.walk.well_formed import faults_of


@pytest.mark.parametrize(
    "page",
    [
        "<p>Pass</p><ul><li>ett</li></ul>",
        "<p>rad<br>rad <img src=x alt=''> <span>ord</span></p>",
        '<svg viewBox="0 0 1 1"><title>x</title><path d="M0"/><a href="#"><a href="#"></a></a></svg>',
        '<form id="a"></form><form id="b"></form>',
        "<table><tbody><tr><td><div>1</div></td></tr></tbody></table>",
    ],
)
def test_nothing_is_wrong_with_these(page: str):
    assert faults_of(page) == []


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("<p>Regler: <ul><li>en</li></ul></p>", "<ul> in <p>"),
        ("<div><span></div></span>", "</div> where <span> is open"),
        ("<section><h2>Om</h2>", "left open: ['section']"),
        ('<i id="x"></i><b id="x"></b>', "two are called 'x'"),
        ("<form><div><form></form></div></form>", "<form> in <form>"),
        ("<a href=x><span><a href=y></a></span></a>", "<a> in <a>"),
        ("<div><li>en</li></div>", "<li> in <div>"),
        ("<ul><div></div></ul>", "<div> in <ul>"),
        ('<p class="a" class="b"></p>', "says the same twice"),
        ("<div/>", "not closed by its slash"),
        ("</p>", "where <nothing> is open"),
    ],
)
def test_these_a_browser_would_have_to_mend(page: str, says: str):
    assert says in " ".join(faults_of(page))
