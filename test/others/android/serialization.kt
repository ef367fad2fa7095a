package kotlinx.serialization

annotation class Serializable
annotation class SerialName(val value: String)
interface KSerializer<T>
open class SerializationException : IllegalArgumentException()
