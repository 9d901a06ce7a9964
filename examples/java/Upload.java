import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Pattern;

/** Uploads a report to DHIS2, downloads it again, and compares the MD5. JDK 17 or newer: {@code java Upload.java}. */
class Upload {
    static final String SERVER = System.getenv().getOrDefault("DHIS2_URL", "http://127.0.0.1:8080");
    static final String BASIC = Base64.getEncoder().encodeToString("admin:district".getBytes());
    static final HttpClient CLIENT = HttpClient.newHttpClient();

    static byte[] call(String method, String path, String type, BodyPublisher body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(SERVER + path)).method(method, body)
            .header("Authorization", "Basic " + BASIC).header("Content-Type", type).build();
        var answer = CLIENT.send(request, BodyHandlers.ofByteArray());
        if (answer.statusCode() >= 300) throw new IOException(answer.statusCode() + " " + new String(answer.body()));
        return answer.body();
    }

    static byte[] get(String path) throws Exception {
        return call("GET", path, "application/json", BodyPublishers.noBody());
    }

    /** A member of a JSON answer. A real program has a JSON library. */
    static String member(byte[] json, String name) {
        var found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"]*)\"").matcher(new String(json));
        if (!found.find()) throw new IllegalStateException("no " + name + " in " + new String(json));
        return found.group(1);
    }

    /** Sends a file and waits until the server has stored it. DHIS2 stores files after it has answered. */
    static String upload(Path file, String domain) throws Exception {
        var boundary = UUID.randomUUID().toString();
        var head = "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\nContent-Type: application/pdf\r\n\r\n";
        var body = BodyPublishers.concat(
            BodyPublishers.ofString(head.formatted(boundary, file.getFileName())),
            BodyPublishers.ofFile(file),
            BodyPublishers.ofString("\r\n--" + boundary + "--\r\n"));
        // a uid of ours, a letter and ten letters or digits: sent twice, it is one file
        var uid = "f" + boundary.replace("-", "").substring(0, 10);
        var path = "/api/fileResources?domain=" + domain + "&uid=" + uid;
        call("POST", path, "multipart/form-data; boundary=" + boundary, body);
        for (int asked = 0; asked < 100; asked++) {
            if (member(get("/api/fileResources/" + uid), "storageStatus").equals("STORED")) return uid;
            Thread.sleep(50);
        }
        throw new IOException(file + " is not stored");
    }

    public static void main(String[] args) throws Exception {
        var report = Path.of("report.pdf");
        var json = "{\"name\":\"Malaria report\",\"external\":false,\"url\":\"" + upload(report, "DOCUMENT") + "\"}";
        var document = member(call("POST", "/api/documents", "application/json", BodyPublishers.ofString(json)), "uid");
        var copy = get("/api/documents/" + document + "/data");
        var md5 = MessageDigest.getInstance("MD5");
        if (!Arrays.equals(md5.digest(copy), md5.digest(Files.readAllBytes(report))))
            throw new IOException("What came back is not what was sent.");
        System.out.println("document " + document + ": " + copy.length + " bytes, the same MD5");
    }
}
