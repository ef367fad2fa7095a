package kotlinx.serialization.json

import kotlinx.serialization.KSerializer

class JsonBuilder {
  var ignoreUnknownKeys: Boolean = false
  var explicitNulls: Boolean = true
}

class Json {
  fun <T> encodeToString(serializer: KSerializer<T>, value: T): String = TODO()
  fun <T> decodeFromString(deserializer: KSerializer<T>, string: String): T = TODO()
}

fun Json(builderAction: JsonBuilder.() -> Unit): Json = TODO()
