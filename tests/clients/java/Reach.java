import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Asks for a URL with one of Java's own clients and prints the answer's status and body. */
public class Reach {
    private static void withUrlConnection(URI url) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
        int status = connection.getResponseCode();
        try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            System.out.println(status + "\n" + new String(body.readAllBytes()));
        }
    }

    private static void withHttpClient(URI url) throws IOException, InterruptedException {
        HttpResponse<String> answer = HttpClient.newHttpClient().send(
                HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString());
        System.out.println(answer.statusCode() + "\n" + answer.body());
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        if (args[0].equals("HttpURLConnection")) {
            withUrlConnection(URI.create(args[1]));
        } else {
            withHttpClient(URI.create(args[1]));
        }
    }
}
