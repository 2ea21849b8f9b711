"""Scripts are joined."""

from sphinxext.assets import scripts


def test_scripts_are_joined_without_what_measures_every_box(tmp_path, monkeypatch):
    warnings = []
    monkeypatch.setattr(scripts.logger, "warning", warnings.append)
    end = ',"complete"===document.readyState?I():window.addEventListener("load",I)})();'
    (tmp_path / "a.js").write_text("let a = 1\n//# sourceMappingURL=a.js.map\n")
    (tmp_path / "theme.js").write_text(f"(()=>{{e(b){end}")
    joined = scripts.join([tmp_path / "a.js", tmp_path / "theme.js"])
    assert joined.startswith("let a = 1;\n(()=>{e(b)})();")
    assert joined.endswith(scripts.OWN.read_text("utf-8"))
    assert warnings == []
    (tmp_path / "theme.js").write_text("(()=>{window.onload=I})();")
    scripts.join([tmp_path / "theme.js"])
    assert len(warnings) == 1
