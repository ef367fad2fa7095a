package okhttp3

import java.io.Closeable
import java.time.Duration

class MediaType private constructor() {
  companion object {
    fun String.toMediaType(): MediaType = TODO()
  }
}

class RequestBody private constructor() {
  companion object {
    fun String.toRequestBody(contentType: MediaType? = null): RequestBody = TODO()
  }
}

class Request private constructor() {
  class Builder {
    fun url(url: String): Builder = TODO()
    fun method(method: String, body: RequestBody?): Builder = TODO()
    fun header(name: String, value: String): Builder = TODO()
    fun build(): Request = TODO()
  }
}

abstract class ResponseBody {
  abstract fun string(): String
}

abstract class Response : Closeable {
  abstract val code: Int
  abstract val body: ResponseBody?
  abstract fun header(name: String): String?
}

interface Call {
  fun execute(): Response
}

abstract class OkHttpClient {
  abstract fun newCall(request: Request): Call

  class Builder {
    fun callTimeout(duration: Duration): Builder = TODO()
    fun build(): OkHttpClient = TODO()
  }
}
