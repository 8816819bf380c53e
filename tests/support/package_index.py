"""A package index of a few small wheels on loopback, also behind TLS and behind a proxy, for tests of the installer."""

import contextlib
import ensurepip
import re
import ssl
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path


def write_wheel(folder, name, version, files=None, tag="py3-none-any"):
    """Write a wheel with these files (a dict from path to bytes) and return its path."""
    described = f"{name}-{version}.dist-info"
    files = {
        **(files or {f"{name}.py": b"there = True\n"}),
        f"{described}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{described}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
    }
    record = [f"{path},,{len(content)}\n" for path, content in files.items()]
    files[f"{described}/RECORD"] = "".join([*record, f"{described}/RECORD,,\n"]).encode()
    with zipfile.ZipFile(folder / f"{name}-{version}-{tag}.whl", "w") as wheel:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path)
            entry.external_attr = (0o100755 if "/scripts/" in path else 0o100644) << 16
            wheel.writestr(entry, content)
    return Path(wheel.filename)


def pack_uv_and_pip(folder):
    """Write wheels of the uv that is installed here and of the pip that Python brings along, which need no network."""
    uv = metadata.distribution("uv")
    files = {}
    for path in uv.files:
        if path.suffix != ".pyc" and ".dist-info" not in path.parts[0]:
            scripts = f"uv-{uv.version}.data/scripts/{path.name}"
            files[scripts if path.parts[0] == ".." else str(path)] = path.locate().read_bytes()
    tags = re.findall(r"^Tag: py3-none-(\S+)", uv.read_text("WHEEL"), re.MULTILINE)
    write_wheel(folder, "uv", uv.version, files, f"py3-none-{'.'.join(tags)}")
    for pip in (Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"):
        (folder / pip.name).write_bytes(pip.read_bytes())


class Index(BaseHTTPRequestHandler):
    """Answers as a package index does, from the wheels in the folder of its server; notes what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append(self.path)
        *_, name = [part for part in self.path.split("/") if part]
        wheel = self.server.folder / name
        wheels = sorted(self.server.folder.glob(f"{name.replace('-', '_')}-*.whl"))
        if wheel.is_file():
            return self._answer("application/octet-stream", wheel.read_bytes())
        links = "".join(f'<a href="/files/{found.name}">{found.name}</a>\n' for found in wheels)
        return self._answer("text/html", links.encode(), 200 if wheels else 404)

    do_HEAD = do_GET

    def do_CONNECT(self):
        """As a proxy: instead of the host that is asked for, this index answers, with a certificate for that host."""
        host = self.path.partition(":")[0]
        self.server.asked.append(f"CONNECT {host}")
        self.close_connection = True
        if self.server.authority is None:
            return self.send_error(502)
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(ssl.SSLError, ConnectionError):
            context = certificate(self.server.authority, host)
            with context.wrap_socket(self.connection, server_side=True) as secured:
                Index(secured, self.client_address, self.server)
        return None

    def _answer(self, kind, content, status=200):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *arguments):
        pass


def certificate(authority, host):
    """A TLS context with a certificate for a host, signed by an authority of the test's own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


@contextlib.contextmanager
def serve(folder, authority=None, tls=False):
    """Serve the wheels of a folder; yields the server, with its ``url`` and what it was ``asked``.

    Args:
        authority: what signs certificates; a proxy without one refuses every host.
        tls: whether the index itself is spoken to by TLS.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), Index)
    server.folder, server.authority, server.asked = folder, authority, []
    if tls:
        server.socket = certificate(authority, "127.0.0.1").wrap_socket(server.socket, server_side=True)
    server.url = f"http{'s' * tls}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)  # seconds until it sees its end
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
