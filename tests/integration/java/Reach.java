import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.URL;
import javax.net.ssl.HttpsURLConnection;

/** Gets a URL with both of Java's own clients; exits with 0 when both got a 200. */
public class Reach {
    private interface Client {
        int get(String url) throws Exception;
    }

    private static int connection(String url) throws Exception {
        return ((HttpsURLConnection) new URL(url).openConnection()).getResponseCode();
    }

    private static int client(String url) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private static boolean reaches(String name, Client client, String url) {
        try {
            int status = client.get(url);
            System.out.println(name + ": " + status);
            return status == 200;
        } catch (Exception refused) {
            System.out.println(name + ": " + refused);
            return false;
        }
    }

    public static void main(String[] arguments) {
        boolean one = reaches("HttpsURLConnection", Reach::connection, arguments[0]);
        boolean other = reaches("HttpClient", Reach::client, arguments[0]);
        System.exit(one && other ? 0 : one || other ? 3 : 1);
    }
}
