"""Uploads a report to DHIS2, downloads it again, and compares the MD5. Python's standard library is enough."""
import base64, hashlib, json, os, sys, time, uuid
from pathlib import Path
from urllib.request import Request, urlopen

SERVER = os.environ.get('DHIS2_URL', 'http://127.0.0.1:8080')
BASIC = base64.b64encode(b'admin:district').decode()


def call(method, path, body=None, content_type='application/json'):
    headers = {'Authorization': f'Basic {BASIC}', 'Content-Type': content_type}
    with urlopen(Request(SERVER + path, body, headers, method=method)) as answer:
        return answer.read()


def upload(file, domain):
    """Sends a file and waits until the server has stored it. DHIS2 stores files after it has answered."""
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n'
    body = f'{head}Content-Type: application/pdf\r\n\r\n'.encode() + file.read_bytes() + f'\r\n--{boundary}--\r\n'.encode()
    sent = call('POST', f'/api/fileResources?domain={domain}', body, f'multipart/form-data; boundary={boundary}')
    uid = json.loads(sent)['response']['fileResource']['id']
    for _ in range(100):
        if json.loads(call('GET', f'/api/fileResources/{uid}'))['storageStatus'] == 'STORED':
            return uid
        time.sleep(0.05)
    raise TimeoutError(f'{file.name} is not stored')


report = Path('report.pdf')
uid = upload(report, 'DOCUMENT')
made = call('POST', '/api/documents', json.dumps({'name': 'Malaria report', 'external': False, 'url': uid}).encode())
document = json.loads(made)['response']['uid']
copy = call('GET', f'/api/documents/{document}/data')
if hashlib.md5(copy).digest() != hashlib.md5(report.read_bytes()).digest():
    sys.exit('What came back is not what was sent.')
print(f'document {document}: {len(copy)} bytes, the same MD5')
